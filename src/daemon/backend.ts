import type {Backend} from '../rpc/backend.js';
import {auditHead, pruneAudit, queryAudit} from './control/audit.js';
import {getConfig, setBandwidth} from './control/config.js';
import {force, inspectDeadletter, listDeadletters, purge, retry} from './control/deadletter.js';
import {cancelJob, listJobs} from './control/deadletter-jobs.js';
import {enqueue} from './control/enqueue.js';
import {expire, hold, move, release, setPriority} from './control/hold.js';
import {importChunk, importDeadletters} from './control/import.js';
import {drain, pause, resume} from './control/lanes.js';
import {noteExport} from './control/note-export.js';
import {ping} from './control/ping.js';
import {inspect, listRecords} from './control/records.js';
import {executeRollback, previewRollback, undoRollback} from './control/rollback.js';
import {shape} from './control/shape.js';
import {why} from './control/why.js';
import type {Parts} from './parts.js';
import {statusView} from './views/status-view.js';

/** What the daemon does for the control plane: one line a method, one file a family (control/). */
export const createBackend = (parts: Parts): Backend => ({
	ping: (_params, caller) => ping(parts, caller),
	enqueue: params => enqueue(parts, params),
	status: () => statusView(parts),
	list: params => listRecords(parts, params),
	inspect: params => inspect(parts, params),
	why: params => why(parts, params),
	shape: params => shape(parts, params),
	config: () => getConfig(parts),
	setBandwidth: params => setBandwidth(parts, params),
	pause: params => pause(parts, params),
	resume: params => resume(parts, params),
	drain: params => drain(parts, params),
	hold: params => hold(parts, params),
	release: params => release(parts, params),
	setPriority: params => setPriority(parts, params),
	move: params => move(parts, params),
	expire: params => expire(parts, params),
	listDeadletters: params => listDeadletters(parts, params),
	inspectDeadletter: params => inspectDeadletter(parts, params),
	retry: params => retry(parts, params),
	deadletterJobs: () => listJobs(parts),
	cancelJob: params => cancelJob(parts, params),
	purge: params => purge(parts, params),
	noteExport: params => noteExport(parts, params),
	importDeadletters: params => importDeadletters(parts, params),
	importChunk: params => importChunk(parts, params),
	force: params => force(parts, params),
	previewRollback: params => previewRollback(parts, params),
	executeRollback: params => executeRollback(parts, params),
	undoRollback: params => undoRollback(parts, params),
	queryAudit: params => queryAudit(parts, params),
	auditHead: () => auditHead(parts),
	pruneAudit: params => pruneAudit(parts, params),
});
