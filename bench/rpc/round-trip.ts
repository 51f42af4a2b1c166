import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {startPair, startStoringRelay} from '../e2e/daemons.js';
import {fullLoad, startProducer} from '../e2e/producer.js';
import {StatusWatch} from '../e2e/status.js';
import {withCleanup} from '../harness/cleanup.js';
import {latencyFigures, percentile} from '../harness/statistics.js';

/** How long an operator waits for `relay.status`, one call at a time on one connection. */
const askWhile = async (status: StatusWatch, isOver: () => boolean) => {
	const milliseconds: number[] = [];
	do {
		const start = performance.now();
		await status.depth();
		milliseconds.push(performance.now() - start);
	} while (!isOver());
	return {value: percentile(milliseconds, 0.5), figures: latencyFigures(milliseconds)};
};

const askMs = (scale: BenchContext['scale']): number => (scale === 'quick' ? 20 : 1500);

const idle = ({directory, scale}: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const relay = await startStoringRelay(cleanup, directory, 'relay');
		const status = await StatusWatch.open(cleanup, relay);
		return {
			pids: () => [relay.daemon.pid],
			run() {
				const end = performance.now() + askMs(scale);
				return askWhile(status, () => performance.now() >= end);
			},
			close: () => cleanup.run(),
		};
	});

/** Of the edge, while it takes and delivers all that it can. */
const saturated = ({directory, scale}: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const {edge, hub} = await startPair(cleanup, directory);
		const producer = await startProducer(cleanup, fullLoad(edge, 'binary', 1024));
		const status = await StatusWatch.open(cleanup, edge);
		if (scale === 'full') {
			await producer.produce('warm-up');
		}
		return {
			pids: () => [edge.daemon.pid, hub.daemon.pid, producer.pid],
			async run() {
				const {acked} = await status.depth();
				let isOver = false;
				const load = producer.produce(askMs(scale)).finally(() => {
					isOver = true;
				});
				const sample = await askWhile(status, () => isOver);
				const {segments} = await load;
				await status.until(depth => depth.acked >= acked + segments);
				return sample;
			},
			close: () => cleanup.run(),
		};
	});

export const benches: readonly Bench[] = [
	{name: 'relay.status, idle', group: 'rpc round trip', unit: 'ms', setup: idle},
	{
		name: 'relay.status, saturated',
		group: 'rpc round trip',
		unit: 'ms',
		goals: [{figure: 'p99 ms', atMost: 20}],
		setup: saturated,
	},
];
