import {rm} from 'node:fs/promises';
import path from 'node:path';
import {open} from 'lmdb';
import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {latencyFigures} from '../harness/statistics.js';
import {isVariantSize, roundMs, SIZES} from './sizes.js';

/**
 * What LMDB does with nothing around it: one row of `group` payloads a commit, each commit awaited before the next (depth 1),
 * with the settings that edged needs for an honest acknowledgement. In the steady form the oldest row goes in the commit that
 * writes a new one and pages are reused, as in a relay that delivers; in the growing form all rows stay, as in an outage.
 */
export const lmdbBlocksName = (size: string, group: number, form: Form): string =>
	`raw lmdb ${form} ${size} x ${group}`;

export type Form = 'steady' | 'growing';
/** Payload bytes that the steady form keeps. */
const KEPT_BYTES = 16 * 2 ** 20;

const openDatabase = (file: string) =>
	open<Buffer, number>({
		path: file,
		keyEncoding: 'uint32',
		encoding: 'binary',
		overlappingSync: false,
		eventTurnBatching: false,
	});

const setup = async (byteLength: number, group: number, form: Form, {scale, directory}: BenchContext) => {
	const file = path.join(directory, 'blocks.mdb');
	let database = openDatabase(file);
	const block = Buffer.alloc(byteLength * group, 7);
	const kept = Math.max(2, Math.floor(KEPT_BYTES / block.byteLength));
	let last = 0;
	const commit = (): Promise<boolean> => {
		last++;
		if (form === 'steady' && last > kept) {
			void database.remove(last - kept); // In one transaction with the put: both are queued in this turn.
		}
		return database.put(last, block);
	};
	const ready: ReadyBench = {
		async prepare() {
			if (form === 'growing') {
				await database.close();
				await rm(file);
				database = openDatabase(file);
			}
		},
		async run() {
			const milliseconds: number[] = [];
			const end = performance.now() + roundMs(scale);
			do {
				const start = performance.now();
				await commit();
				milliseconds.push(performance.now() - start);
			} while (performance.now() < end);
			const operations = milliseconds.length * group;
			return {operations, payloadBytes: operations * byteLength, figures: latencyFigures(milliseconds)};
		},
		close: () => database.close(),
	};
	return ready;
};

const bench = (size: (typeof SIZES)[number], group: number, form: Form): Bench => ({
	name: lmdbBlocksName(size.label, group, form),
	group: `raw lmdb ${size.label}`,
	unit: 'segments/s',
	isVariant: isVariantSize(size.label),
	setup: context => setup(size.bytes, group, form, context),
});

export const benches: readonly Bench[] = SIZES.flatMap(size => [
	bench(size, 1, 'steady'),
	bench(size, size.bytes < 2 ** 20 ? 256 : 16, 'steady'),
	bench(size, size.bytes < 2 ** 20 ? 256 : 16, 'growing'),
]);
