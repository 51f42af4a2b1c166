import {JsonRpcConnection} from '../../test/helpers/json-rpc.js';
import type {Relay} from '../e2e/daemons.js';
import {Producer} from '../e2e/produce.js';

/** How waiting segments lie in the store. */
export type Blocks = 'full blocks' | 'blocks of one';

/** Payload bytes of each segment: small, so that bookkeeping is what there is most of. */
export const FILL_BYTES = 200;

/**
 * Makes `count` segments, rounded up to 1,024, wait for `peer`. Blocks of one come of a trick, for a million single enqueues would take minutes of
 * fsync: every second segment also goes to `other`, and since no block may let a segment overtake an earlier one of the same
 * peer, each of them ends the block before it. `other` must be a peer that is paused.
 */
export const fill = async (
	relay: Relay,
	blocks: Blocks,
	count: number,
	{peer, other}: {peer: string; other: string},
): Promise<void> => {
	if (blocks === 'full blocks') {
		await fillFull(relay, count);
	} else {
		await fillSingly(relay, count, {peer, other});
	}
};

const FULL_BLOCK = 1024;
const CALLS_IN_FLIGHT = 4;

const fillFull = async (relay: Relay, count: number): Promise<void> => {
	const {rpcSocket, ingestSocket} = relay;
	const producer = await Producer.open({
		...{rpcSocket, ingestSocket, form: 'binary', byteLength: FILL_BYTES},
		batch: FULL_BLOCK,
		inFlight: 1,
	});
	for (let stored = 0; stored < count; stored += FULL_BLOCK) {
		await producer.produce(0);
	}
	await producer.close();
};

const fillSingly = async (
	{rpcSocket}: Relay,
	count: number,
	{peer, other}: {peer: string; other: string},
): Promise<void> => {
	const connection = await JsonRpcConnection.open(rpcSocket);
	const payload_text = 'x'.repeat(FILL_BYTES);
	const segments = Array.from({length: FULL_BLOCK}, (_, index) => ({
		payload_text,
		peers: index % 2 === 0 ? [peer] : [peer, other],
	}));
	let calls = Math.ceil(count / FULL_BLOCK);
	const slot = async (): Promise<void> => {
		while (calls > 0) {
			calls--;
			await connection.call('relay.enqueue', {segments});
		}
	};
	await Promise.all(Array.from({length: CALLS_IN_FLIGHT}, slot));
	connection.close();
};
