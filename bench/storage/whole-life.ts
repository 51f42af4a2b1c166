import type {Bench, BenchContext, Goal, ReadyBench} from '../bench.js';
import {lmdbBlocksName} from '../raw/lmdb-blocks.js';
import {isVariantSize, SIZES, type SizeLabel} from '../raw/sizes.js';
import {
	ackAll,
	checkDelivered,
	deliver,
	draftMaker,
	enqueueMany,
	failOnce,
	fillBlocksOfOne,
	type Judgement,
	openBenchStore,
} from './bench-store.js';

type Life = {
	readonly byteLength: number;
	readonly peerCount: number;
	/** Calls of 256 that come while others are delivered, or each segment a block of its own, delivered afterwards. */
	readonly blocks: 'full' | 'of one';
	readonly judge: Judgement;
};

const PER_CALL = 256;
const CALL_BYTES = 2 ** 20;
const CALLERS = 8;

/** Bytes of payload in a round, so that one takes about a second. */
const ROUND_BYTES = {full: 128 * 2 ** 20, quick: 128 * 1024} as const;
const MOST_SEGMENTS = {full: 128 * 1024, quick: 1024} as const;

/** Enqueue -> lease -> read -> acknowledge for every peer, each step durable, in the store itself. */
const setup = async (
	{byteLength, peerCount, blocks, judge}: Life,
	{directory, scale}: BenchContext,
): Promise<ReadyBench> => {
	const {store, peers: all} = await openBenchStore(directory);
	const peers = all.slice(0, peerCount);
	const make = draftMaker(store, byteLength, {peerCount});
	const count = Math.min(MOST_SEGMENTS[scale], Math.max(2, Math.floor(ROUND_BYTES[scale] / byteLength)));
	const perCall = Math.max(1, Math.min(PER_CALL, Math.floor(CALL_BYTES / byteLength)));
	const deliverAll = () => peers.map(peer => deliver(store, peer, count, judge));
	let acked = 0;
	return {
		async run() {
			if (blocks === 'full') {
				await Promise.all([enqueueMany(store, make, {count, callers: CALLERS, perCall}), ...deliverAll()]);
			} else {
				await fillBlocksOfOne(store, make, count);
				await Promise.all(deliverAll());
			}
			acked += count;
			checkDelivered(store, peers, acked);
			return {operations: count, payloadBytes: count * byteLength};
		},
		close: () => store.close(),
	};
};

const HAPPY: Omit<Life, 'byteLength'> = {peerCount: 1, blocks: 'full', judge: ackAll};

const bench = (
	{label, bytes}: (typeof SIZES)[number],
	words: string,
	life: Partial<Life> = {},
	goals: readonly Goal[] = [],
): Bench => ({
	name: `whole life ${label}, ${words}`,
	group: `whole life ${label}`,
	unit: 'segments/s',
	goals,
	isVariant: isVariantSize(label),
	setup: context => setup({...HAPPY, byteLength: bytes, ...life}, context),
});

/** What is delivered makes room, so the yardstick is LMDB with a file that keeps its size. */
const halfOfLmdb = (size: SizeLabel): Goal => ({
	against: {bench: lmdbBlocksName(size, size === '1 MiB' ? 16 : 256, 'steady'), as: 'ratio'},
	atLeast: 0.5,
});
const WRITTEN_TWICE_AT_MOST: Goal = {figure: 'disk B/B', atMost: 2};

export const benches: readonly Bench[] = SIZES.flatMap(size => {
	const isKibibyte = size.label === '1 KiB';
	return [
		bench(size, 'one peer', {}, [halfOfLmdb(size.label), ...(isKibibyte ? [WRITTEN_TWICE_AT_MOST] : [])]),
		bench(size, 'three peers', {peerCount: 3}),
		...(isKibibyte
			? [
					bench(size, 'blocks of one', {blocks: 'of one'}),
					bench(size, '1 % failing once', {judge: failOnce(100)}),
					bench(size, '100 % failing once', {judge: failOnce(1)}),
				]
			: []),
	];
});
