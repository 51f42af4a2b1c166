import {rm} from 'node:fs/promises';
import path from 'node:path';
import type {Bench, BenchContext, Goal, ReadyBench} from '../bench.js';
import {latencyFigures} from '../harness/statistics.js';
import {lmdbBlocksName} from '../raw/lmdb-blocks.js';
import {type BenchStore, draftMaker, enqueueMany, openBenchStore} from './bench-store.js';

type Load = {
	readonly callers: number;
	readonly perCall: number;
	readonly ids: 'made' | 'random';
};

const KIB = 1024;

/** Durable enqueue into the store itself. Nothing is delivered, and every round begins with an empty store. */
const setup = async ({ids, ...load}: Load, {directory, scale}: BenchContext): Promise<ReadyBench> => {
	const home = path.join(directory, 'store');
	const count = scale === 'quick' ? 512 : 64 * 1024;
	let open: BenchStore | undefined;
	return {
		async prepare() {
			await open?.store.close();
			await rm(home, {recursive: true, force: true});
			open = await openBenchStore(home);
		},
		async run() {
			const {store, peers} = open as BenchStore;
			const make = draftMaker(store, KIB, {ids});
			const milliseconds = await enqueueMany(store, make, {...load, count});
			const {scheduled} = store.depth(peers[0]);
			if (scheduled !== count) {
				throw new Error(`${count} segments were enqueued, ${scheduled} are there`);
			}
			return {operations: count, payloadBytes: count * KIB, figures: latencyFigures(milliseconds)};
		},
		async close() {
			await open?.store.close();
		},
	};
};

/** Nothing is delivered and the file grows, so the yardstick is LMDB with a growing file. */
const HALF_OF_LMDB: Goal = {
	against: {bench: lmdbBlocksName('1 KiB', 256, 'growing'), as: 'ratio'},
	atLeast: 0.5,
};

const bench = (callers: number, perCall: number, ids: Load['ids'], goals: readonly Goal[] = []): Bench => ({
	name: `store enqueue 1 KiB, ${callers} callers x ${perCall}, ${ids} ids`,
	group: 'store enqueue',
	unit: 'segments/s',
	goals,
	setup: context => setup({callers, perCall, ids}, context),
});

export const benches: readonly Bench[] = [
	bench(256, 1, 'made', [HALF_OF_LMDB]),
	bench(16, 16, 'made', [HALF_OF_LMDB]),
	bench(8, 256, 'made', [HALF_OF_LMDB]),
	bench(256, 1, 'random'),
	bench(8, 256, 'random'),
];
