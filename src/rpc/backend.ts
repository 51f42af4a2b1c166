import type {Caller} from './caller.js';
import type {MethodName, Params, Result} from './contract/methods.js';

type Verb<M extends MethodName> = (params: Params<M>, caller: Caller) => Result<M> | Promise<Result<M>>;

/**
 * What the daemon does for the control plane: one function a method. A refusal is an `EdgedError`, whose message reaches the
 * caller; anything else that is thrown is logged and answered as an internal error.
 */
export type Backend = {
	readonly ping: Verb<'daemon.ping'>;
	readonly enqueue: Verb<'relay.enqueue'>;
	readonly status: Verb<'relay.status'>;
	readonly list: Verb<'relay.list'>;
	readonly inspect: Verb<'relay.inspect'>;
	readonly why: Verb<'relay.why'>;
	readonly shape: Verb<'relay.shape'>;
	readonly config: Verb<'relay.config.get'>;
	readonly setBandwidth: Verb<'relay.config.set_bandwidth'>;
	readonly pause: Verb<'relay.pause'>;
	readonly resume: Verb<'relay.resume'>;
	readonly drain: Verb<'relay.drain'>;
	readonly hold: Verb<'relay.hold'>;
	readonly release: Verb<'relay.release'>;
	readonly setPriority: Verb<'relay.set_priority'>;
	readonly move: Verb<'relay.move'>;
	readonly expire: Verb<'relay.expire'>;
	readonly listDeadletters: Verb<'relay.deadletter.list'>;
	readonly inspectDeadletter: Verb<'relay.deadletter.inspect'>;
	readonly retry: Verb<'relay.deadletter.retry'>;
	readonly deadletterJobs: Verb<'relay.deadletter.jobs'>;
	readonly cancelJob: Verb<'relay.deadletter.cancel_job'>;
	readonly purge: Verb<'relay.deadletter.purge'>;
	readonly noteExport: Verb<'relay.deadletter.export'>;
	readonly importDeadletters: Verb<'relay.deadletter.import'>;
	readonly importChunk: Verb<'relay.deadletter.import_chunk'>;
	readonly force: Verb<'relay.deadletter.force'>;
	readonly previewRollback: Verb<'rollback.preview'>;
	readonly executeRollback: Verb<'rollback.execute'>;
	readonly undoRollback: Verb<'rollback.undo'>;
	readonly queryAudit: Verb<'audit.query'>;
	readonly auditHead: Verb<'audit.head'>;
	readonly pruneAudit: Verb<'audit.prune'>;
};
