import type {Bench, BenchContext, Goal, ReadyBench} from '../bench.js';
import {
	checkDelivered,
	type DraftMaker,
	deliver,
	draftMaker,
	enqueueMany,
	fillBlocksOfOne,
	openBenchStore,
} from './bench-store.js';

/** Small, so that bookkeeping is what there is most of. */
const BYTES = 200;

type Fill = (store: Parameters<typeof enqueueMany>[0], make: DraftMaker, count: number) => Promise<unknown>;

/** A backlog goes: lease, read, acknowledge, in the store itself. The backlog is made before the round. */
const setup = async (fill: Fill, {directory, scale}: BenchContext): Promise<ReadyBench> => {
	const {store, peers} = await openBenchStore(directory);
	const [peer] = peers;
	if (peer === undefined) {
		throw new Error('The store has no peer');
	}
	const count = scale === 'quick' ? 4096 : 256 * 1024;
	const make = draftMaker(store, BYTES);
	let acked = 0;
	return {
		prepare: async () => {
			await fill(store, make, count);
		},
		async run() {
			await deliver(store, peer, count);
			acked += count;
			checkDelivered(store, [peer], acked);
			return {operations: count, payloadBytes: count * BYTES};
		},
		close: () => store.close(),
	};
};

const FULL = 'store drain of full blocks';

const bench = (name: string, fill: Fill, goals: readonly Goal[] = []): Bench => ({
	name,
	group: 'store drain',
	unit: 'segments/s',
	goals,
	setup: context => setup(fill, context),
});

export const benches: readonly Bench[] = [
	bench(FULL, (store, make, count) => enqueueMany(store, make, {count, callers: 4, perCall: 1024})),
	bench('store drain of blocks of one', fillBlocksOfOne, [
		{against: {bench: FULL, as: 'ratio'}, atLeast: 0.5},
	]),
];
