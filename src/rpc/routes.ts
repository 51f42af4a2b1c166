import type {Backend} from './backend.js';
import type {MethodName, Params, Result} from './contract/methods.js';
import {describeContract} from './discover.js';
import type {Subscriptions} from './subscriptions.js';

/** Who answers each method. A method of the contract that is missing here does not compile. */
export type Routes = {
	readonly [M in MethodName]: (
		params: Params<M>,
		/** Of the connection that asks. */
		subscriptions: Subscriptions,
	) => Result<M> | Promise<Result<M>>;
};

export const createRoutes = (backend: Backend): Routes => ({
	'rpc.discover': () => describeContract(),
	'daemon.ping': params => backend.ping(params),
	'relay.enqueue': params => backend.enqueue(params),
	'relay.status': params => backend.status(params),
	'relay.list': params => backend.list(params),
	'relay.inspect': params => backend.inspect(params),
	'relay.why': params => backend.why(params),
	'relay.shape': params => backend.shape(params),
	'relay.config.get': params => backend.config(params),
	'relay.config.set_bandwidth': params => backend.setBandwidth(params),
	'relay.pause': params => backend.pause(params),
	'relay.resume': params => backend.resume(params),
	'relay.drain': params => backend.drain(params),
	'relay.hold': params => backend.hold(params),
	'relay.release': params => backend.release(params),
	'relay.deadletter.list': params => backend.listDeadletters(params),
	'relay.deadletter.inspect': params => backend.inspectDeadletter(params),
	'relay.deadletter.retry': params => backend.retry(params),
	'relay.deadletter.purge': params => backend.purge(params),
	'relay.deadletter.force': params => backend.force(params),
	'relay.events.subscribe': (params, subscriptions) => subscriptions.subscribe(params),
	'relay.events.unsubscribe': (params, subscriptions) => subscriptions.unsubscribe(params),
});
