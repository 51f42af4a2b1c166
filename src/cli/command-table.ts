import type {Command} from './command.js';
import {firstWord} from './did-you-mean.js';
import {shortFormOf} from './groups.js';

/**
 * Every command, by its name, in the order in which the help lists them: look, hand over, look closer, steer, bury, roll back; then
 * the shell. Each is loaded when it is needed: who asks for the status does not wait for thirty-odd others.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
	ping: async () => (await import('./commands/ping.js')).ping,
	'relay status': async () => (await import('./commands/status.js')).status,
	'relay enqueue': async () => (await import('./commands/enqueue.js')).enqueue,
	'relay list': async () => (await import('./commands/list.js')).list,
	'relay inspect': async () => (await import('./commands/inspect.js')).inspect,
	'relay why': async () => (await import('./commands/why.js')).why,
	'relay shape': async () => (await import('./commands/shape.js')).shape,
	'relay watch': async () => (await import('./commands/watch.js')).watch,
	'relay events': async () => (await import('./commands/events.js')).events,
	'relay pause': async () => (await import('./commands/pause.js')).pause,
	'relay resume': async () => (await import('./commands/resume.js')).resume,
	'relay drain': async () => (await import('./commands/drain.js')).drain,
	'relay hold': async () => (await import('./commands/hold.js')).hold,
	'relay release': async () => (await import('./commands/release.js')).release,
	'relay set-priority': async () => (await import('./commands/set-priority.js')).setPriority,
	'relay move': async () => (await import('./commands/move.js')).move,
	'relay expire': async () => (await import('./commands/expire.js')).expire,
	'relay config get': async () => (await import('./commands/config-get.js')).configGet,
	'relay config set-bandwidth': async () => (await import('./commands/set-bandwidth.js')).setBandwidth,
	'relay deadletter list': async () => (await import('./commands/deadletter-list.js')).deadletterList,
	'relay deadletter inspect': async () =>
		(await import('./commands/deadletter-inspect.js')).deadletterInspect,
	'relay deadletter retry': async () => (await import('./commands/deadletter-retry.js')).deadletterRetry,
	'relay deadletter jobs': async () => (await import('./commands/deadletter-jobs.js')).deadletterJobs,
	'relay deadletter purge': async () => (await import('./commands/deadletter-purge.js')).deadletterPurge,
	'relay deadletter force': async () => (await import('./commands/deadletter-force.js')).deadletterForce,
	'relay deadletter export': async () => (await import('./commands/deadletter-export.js')).deadletterExport,
	'relay deadletter import': async () => (await import('./commands/deadletter-import.js')).deadletterImport,
	'audit query': async () => (await import('./commands/audit-query.js')).auditQuery,
	'audit export': async () => (await import('./commands/audit-export.js')).auditExport,
	'audit verify': async () => (await import('./commands/audit-verify.js')).auditVerify,
	'audit prune': async () => (await import('./commands/audit-prune.js')).auditPrune,
	'support-bundle generate': async () =>
		(await import('./commands/support-bundle-generate.js')).supportBundleGenerate,
	'rollback preview': async () => (await import('./commands/rollback-preview.js')).rollbackPreview,
	'rollback execute': async () => (await import('./commands/rollback-execute.js')).rollbackExecute,
	completion: async () => (await import('./commands/completion.js')).completion,
};

export const loadAllCommands = (): Promise<readonly Command[]> =>
	Promise.all(Object.values(COMMANDS).map(load => load()));

/** What `words` (what follows `edgectl`) may be read with: the command that they begin with, or all where they begin with none. */
export const loadCommandsFor = async (words: readonly string[]): Promise<readonly Command[]> => {
	if (words.length === 1 && ['-V', '--version'].includes(words[0] ?? '')) {
		return [];
	}
	const load = loaderOf(words.slice(firstWord(words)));
	return load === undefined ? loadAllCommands() : [await load()];
};

const loaderOf = (words: readonly string[]): (() => Promise<Command>) | undefined => {
	const found = Object.entries(COMMANDS).find(([name]) =>
		[name, shortFormOf(name) ?? name].some(form => isBeginningOf(words, form.split(' '))),
	);
	return found?.[1];
};

const isBeginningOf = (words: readonly string[], form: readonly string[]): boolean =>
	form.every((word, at) => words[at] === word);
