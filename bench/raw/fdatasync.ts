import {closeSync, fdatasyncSync, openSync, writevSync} from 'node:fs';
import path from 'node:path';
import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {latencyFigures} from '../harness/statistics.js';
import {isVariantSize, roundMs, SIZES} from './sizes.js';

/** What a plain file does: append a group of payloads with one write, then one fdatasync. */
export const fdatasyncName = (size: string, group: number): string => `raw fdatasync ${size} x ${group}`;

const setup = async (byteLength: number, group: number, context: BenchContext): Promise<ReadyBench> => {
	const file = path.join(context.directory, 'append');
	const payload = Buffer.alloc(byteLength, 7);
	const parts = Array.from({length: group}, () => payload);
	let descriptor = openSync(file, 'w');
	return {
		async prepare() {
			closeSync(descriptor);
			descriptor = openSync(file, 'w'); // From empty: an append that grows the file, as a journal does.
		},
		async run() {
			const milliseconds: number[] = [];
			const end = performance.now() + roundMs(context.scale);
			do {
				const start = performance.now();
				writevSync(descriptor, parts);
				fdatasyncSync(descriptor);
				milliseconds.push(performance.now() - start);
			} while (performance.now() < end);
			const operations = milliseconds.length * group;
			return {operations, payloadBytes: operations * byteLength, figures: latencyFigures(milliseconds)};
		},
		async close() {
			closeSync(descriptor);
		},
	};
};

export const benches: readonly Bench[] = SIZES.flatMap(({label, bytes}) =>
	[1, 16, 256].map(group => ({
		name: fdatasyncName(label, group),
		group: `raw fdatasync ${label}`,
		unit: 'segments/s',
		isVariant: isVariantSize(label),
		setup: context => setup(bytes, group, context),
	})),
);
