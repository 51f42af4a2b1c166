import type {Command} from './command.js';
import {auditExport} from './commands/audit-export.js';
import {auditPrune} from './commands/audit-prune.js';
import {auditQuery} from './commands/audit-query.js';
import {auditVerify} from './commands/audit-verify.js';
import {completion} from './commands/completion.js';
import {configGet} from './commands/config-get.js';
import {deadletterExport} from './commands/deadletter-export.js';
import {deadletterForce} from './commands/deadletter-force.js';
import {deadletterImport} from './commands/deadletter-import.js';
import {deadletterInspect} from './commands/deadletter-inspect.js';
import {deadletterJobs} from './commands/deadletter-jobs.js';
import {deadletterList} from './commands/deadletter-list.js';
import {deadletterPurge} from './commands/deadletter-purge.js';
import {deadletterRetry} from './commands/deadletter-retry.js';
import {drain} from './commands/drain.js';
import {enqueue} from './commands/enqueue.js';
import {events} from './commands/events.js';
import {expire} from './commands/expire.js';
import {hold} from './commands/hold.js';
import {inspect} from './commands/inspect.js';
import {list} from './commands/list.js';
import {move} from './commands/move.js';
import {pause} from './commands/pause.js';
import {ping} from './commands/ping.js';
import {release} from './commands/release.js';
import {resume} from './commands/resume.js';
import {rollbackExecute} from './commands/rollback-execute.js';
import {rollbackPreview} from './commands/rollback-preview.js';
import {setBandwidth} from './commands/set-bandwidth.js';
import {setPriority} from './commands/set-priority.js';
import {shape} from './commands/shape.js';
import {status} from './commands/status.js';
import {supportBundleGenerate} from './commands/support-bundle-generate.js';
import {watch} from './commands/watch.js';
import {why} from './commands/why.js';

/** In the order in which the help lists them: look, hand over, look closer, steer, bury, roll back; then the shell. */
export const allCommands: readonly Command[] = [
	ping,
	status,
	enqueue,
	list,
	inspect,
	why,
	shape,
	watch,
	events,
	pause,
	resume,
	drain,
	hold,
	release,
	setPriority,
	move,
	expire,
	configGet,
	setBandwidth,
	deadletterList,
	deadletterInspect,
	deadletterRetry,
	deadletterJobs,
	deadletterPurge,
	deadletterForce,
	deadletterExport,
	deadletterImport,
	auditQuery,
	auditExport,
	auditVerify,
	auditPrune,
	supportBundleGenerate,
	rollbackPreview,
	rollbackExecute,
	completion,
];
