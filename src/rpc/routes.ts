import type {Backend} from './backend.js';
import type {Caller} from './caller.js';
import type {MethodName, Params, Result} from './contract/methods.js';
import {describeContract} from './discover.js';
import type {Subscriptions} from './subscriptions.js';

/** Who answers each method. A method of the contract that is missing here does not compile. */
export type Routes = {
	readonly [M in MethodName]: (params: Params<M>, asker: Asker) => Result<M> | Promise<Result<M>>;
};

/** The connection that asks. */
export type Asker = {readonly caller: Caller; readonly subscriptions: Subscriptions};

export const createRoutes = (backend: Backend): Routes => ({
	'rpc.discover': () => describeContract(),
	'daemon.ping': (params, {caller}) => backend.ping(params, caller),
	'relay.enqueue': (params, {caller}) => backend.enqueue(params, caller),
	'relay.status': (params, {caller}) => backend.status(params, caller),
	'relay.list': (params, {caller}) => backend.list(params, caller),
	'relay.inspect': (params, {caller}) => backend.inspect(params, caller),
	'relay.why': (params, {caller}) => backend.why(params, caller),
	'relay.shape': (params, {caller}) => backend.shape(params, caller),
	'relay.config.get': (params, {caller}) => backend.config(params, caller),
	'relay.config.set_bandwidth': (params, {caller}) => backend.setBandwidth(params, caller),
	'relay.pause': (params, {caller}) => backend.pause(params, caller),
	'relay.resume': (params, {caller}) => backend.resume(params, caller),
	'relay.drain': (params, {caller}) => backend.drain(params, caller),
	'relay.hold': (params, {caller}) => backend.hold(params, caller),
	'relay.release': (params, {caller}) => backend.release(params, caller),
	'relay.set_priority': (params, {caller}) => backend.setPriority(params, caller),
	'relay.move': (params, {caller}) => backend.move(params, caller),
	'relay.expire': (params, {caller}) => backend.expire(params, caller),
	'relay.deadletter.list': (params, {caller}) => backend.listDeadletters(params, caller),
	'relay.deadletter.inspect': (params, {caller}) => backend.inspectDeadletter(params, caller),
	'relay.deadletter.retry': (params, {caller}) => backend.retry(params, caller),
	'relay.deadletter.jobs': (params, {caller}) => backend.deadletterJobs(params, caller),
	'relay.deadletter.cancel_job': (params, {caller}) => backend.cancelJob(params, caller),
	'relay.deadletter.purge': (params, {caller}) => backend.purge(params, caller),
	'relay.deadletter.export': (params, {caller}) => backend.noteExport(params, caller),
	'relay.deadletter.import': (params, {caller}) => backend.importDeadletters(params, caller),
	'relay.deadletter.import_chunk': (params, {caller}) => backend.importChunk(params, caller),
	'relay.deadletter.force': (params, {caller}) => backend.force(params, caller),
	'rollback.preview': (params, {caller}) => backend.previewRollback(params, caller),
	'rollback.execute': (params, {caller}) => backend.executeRollback(params, caller),
	'rollback.undo': (params, {caller}) => backend.undoRollback(params, caller),
	'audit.query': (params, {caller}) => backend.queryAudit(params, caller),
	'audit.head': (params, {caller}) => backend.auditHead(params, caller),
	'audit.prune': (params, {caller}) => backend.pruneAudit(params, caller),
	'relay.events.subscribe': (params, {subscriptions}) => subscriptions.subscribe(params),
	'relay.events.unsubscribe': (params, {subscriptions}) => subscriptions.unsubscribe(params),
});
