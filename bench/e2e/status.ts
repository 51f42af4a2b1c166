import {setTimeout as wait} from 'node:timers/promises';
import type {Result} from '../../src/rpc/contract/methods.js';
import {JsonRpcConnection} from '../../test/helpers/json-rpc.js';
import type {Cleanup} from '../harness/cleanup.js';
import type {Relay} from './daemons.js';

type QueueDepth = Result<'relay.status'>['queue_depth'];

/** One kept connection that asks a relay how far it is. */
export class StatusWatch {
	readonly #connection: JsonRpcConnection;

	static async open(cleanup: Cleanup, {rpcSocket}: Relay): Promise<StatusWatch> {
		const connection = await JsonRpcConnection.open(rpcSocket);
		cleanup.teardown(() => connection.close());
		return new StatusWatch(connection);
	}

	private constructor(connection: JsonRpcConnection) {
		this.#connection = connection;
	}

	async depth(): Promise<QueueDepth> {
		return ((await this.#connection.call('relay.status', {})) as Result<'relay.status'>).queue_depth;
	}

	/** Asks again and again until `isReached`; throws when the queue has not moved for long, or something was buried. */
	async until(isReached: (depth: QueueDepth) => boolean): Promise<QueueDepth> {
		let last = '';
		let movedAt = performance.now();
		for (;;) {
			const depth = await this.depth();
			if (isReached(depth)) {
				return depth;
			}
			const now = JSON.stringify(depth);
			if (now !== last) {
				last = now;
				movedAt = performance.now();
			}
			if (depth.deadletter > 0 || performance.now() - movedAt > STUCK_MS) {
				throw new Error(`The queue is stuck: ${now}`);
			}
			await wait(ASK_AGAIN_MS);
		}
	}
}

const ASK_AGAIN_MS = 5;
const STUCK_MS = 30_000;
