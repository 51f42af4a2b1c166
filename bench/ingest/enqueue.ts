import type {Bench, BenchContext, Goal, ReadyBench} from '../bench.js';
import {startStoringRelay} from '../e2e/daemons.js';
import type {Load} from '../e2e/produce.js';
import {doors, startProducer} from '../e2e/producer.js';
import {withCleanup} from '../harness/cleanup.js';
import {fdatasyncName} from '../raw/fdatasync.js';
import {lmdbBlocksName} from '../raw/lmdb-blocks.js';
import {roundMs} from '../raw/sizes.js';

/** Durable enqueue through the ingest socket of a real daemon that delivers nothing. */
const setup = (
	load: Omit<Load, 'rpcSocket' | 'ingestSocket'>,
	{directory, scale}: BenchContext,
): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const relay = await startStoringRelay(cleanup, directory, 'relay');
		const producer = await startProducer(cleanup, {...load, ...doors(relay)});
		if (scale === 'full') {
			await producer.produce('warm-up');
		}
		return {
			pids: () => [relay.daemon.pid, producer.pid],
			async run() {
				const {segments, p50Ms, p99Ms} = await producer.produce(roundMs(scale));
				return {
					operations: segments,
					payloadBytes: segments * load.byteLength,
					figures: {'p50 ms': p50Ms, 'p99 ms': p99Ms},
				};
			},
			close: () => cleanup.run(),
		};
	});

const KIB = 1024;

const bench = (
	name: string,
	load: Omit<Load, 'rpcSocket' | 'ingestSocket' | 'byteLength'>,
	goals: readonly Goal[] = [],
): Bench => ({
	name: `ingest 1 KiB, ${name}`,
	group: 'ingest',
	unit: 'segments/s',
	goals,
	setup: context => setup({...load, byteLength: KIB}, context),
});

export const benches: readonly Bench[] = [
	bench('256 in flight as 16 requests of 16', {form: 'binary', batch: 16, inFlight: 16}, [
		// Nothing is delivered and the file grows, so the yardstick is LMDB with a growing file.
		{against: {bench: lmdbBlocksName('1 KiB', 256, 'growing'), as: 'ratio'}, atLeast: 0.5},
	]),
	bench('2,048 in flight as 8 requests of 256', {form: 'binary', batch: 256, inFlight: 8}),
	bench('64 in flight, one request per segment', {form: 'single', batch: 1, inFlight: 64}),
	bench('1 in flight', {form: 'single', batch: 1, inFlight: 1}, [
		{
			figure: 'p50 ms',
			against: {bench: fdatasyncName('1 KiB', 1), as: 'ratio', figure: 'p50 ms'},
			atMost: 4,
		},
	]),
];
