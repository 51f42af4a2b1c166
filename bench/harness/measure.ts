import type {BenchContext, ReadyBench, Sample} from '../bench.js';
import {deviceWrites, syncFileSystem} from './disk.js';
import {cpuMicros, rssAnonBytes} from './usage.js';
import type {Round} from './worker-protocol.js';

/** Runs one round and reads clock, processor, memory and device around it. */
export const measureRound = async (
	bench: ReadyBench,
	{directory, scale}: Pick<BenchContext, 'directory' | 'scale'>,
): Promise<Round> => {
	await bench.prepare?.();
	// Dirty pages of what came before must not be written, and counted, in this round; and its own must be.
	const settleDisk = async (): Promise<void> => (scale === 'full' ? syncFileSystem(directory) : undefined);
	await settleDisk();
	const pids = ['self' as const, ...(bench.pids?.() ?? [])];
	const writtenBefore = deviceWrites(directory)?.bytesWritten;
	const cpuBefore = total(pids, cpuMicros);
	const start = performance.now();
	const sample = await bench.run();
	const elapsedMs = performance.now() - start;
	const cpu = total(pids, cpuMicros) - cpuBefore;
	const rss = total(pids, rssAnonBytes);
	await settleDisk();
	const writtenAfter = deviceWrites(directory)?.bytesWritten;
	const written =
		writtenBefore === undefined || writtenAfter === undefined ? undefined : writtenAfter - writtenBefore;
	return toRound(sample, {elapsedMs, cpu, rss, written});
};

/** What the harness read around the round. Bytes written are `undefined` where the device keeps no statistics. */
type Readings = {
	readonly elapsedMs: number;
	readonly cpu: number;
	readonly rss: number;
	readonly written: number | undefined;
};

/** Figures that every bench has, as far as they mean something for it. Exported for its test. */
export const toRound = (sample: Sample, {elapsedMs, cpu, rss, written}: Readings): Round => {
	const {payloadBytes = 0} = sample;
	const disk: Record<string, number> =
		written === undefined || payloadBytes === 0 ? {} : {'disk B/B': written / payloadBytes};
	const shared = {...sample.figures, ...disk, 'RSS MB': rss / 1e6};
	if ('value' in sample) {
		return {value: sample.value, figures: shared};
	}
	return {
		value: (sample.operations * 1000) / (sample.elapsedMs ?? elapsedMs),
		figures: {...shared, 'CPU us/op': cpu / sample.operations},
	};
};

const total = <Pid>(pids: readonly Pid[], read: (pid: Pid) => number): number =>
	pids.reduce((sum, pid) => sum + read(pid), 0);
