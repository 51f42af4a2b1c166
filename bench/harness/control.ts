import {closeSync, fdatasyncSync, openSync, rmSync, writeSync} from 'node:fs';
import path from 'node:path';
import type {BenchContext} from '../bench.js';
import {percentile} from './statistics.js';

/** What the disk could do in this round: when it drifts, the rows of the table have drifted with it. */
export type DiskControl = {
	/** Append 4 KiB + fdatasync, median. */
	readonly fdatasyncMs: number;
	/** Append 1 MiB + fdatasync. */
	readonly megabytesPerSecond: number;
};

let files = 0;
const SMALL = Buffer.alloc(4096, 7);
const LARGE = Buffer.alloc(2 ** 20, 7);

export const measureDisk = (directory: string, scale: BenchContext['scale']): DiskControl => {
	const file = path.join(directory, `edged-control-${process.pid}-${++files}`);
	const descriptor = openSync(file, 'w');
	try {
		const [small, large] = scale === 'quick' ? [4, 2] : [200, 64];
		const smallMs = appendAll(descriptor, SMALL, small);
		const largeMs = appendAll(descriptor, LARGE, large);
		const seconds = largeMs.reduce((sum, ms) => sum + ms, 0) / 1000;
		return {
			fdatasyncMs: percentile(smallMs, 0.5),
			megabytesPerSecond: (large * LARGE.byteLength) / 1e6 / seconds,
		};
	} finally {
		closeSync(descriptor);
		rmSync(file);
	}
};

const appendAll = (descriptor: number, bytes: Buffer, times: number): number[] =>
	Array.from({length: times}, () => {
		const start = performance.now();
		writeSync(descriptor, bytes);
		fdatasyncSync(descriptor);
		return performance.now() - start;
	});
