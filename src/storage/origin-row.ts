import type {SegmentAddress} from '../outbound/made-id.js';
import type {AgeMs, BlockNo, EntryNo} from '../outbound/units.js';
import {ORIGIN_BUCKET_BLOCKS} from './layout.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/**
 * What came from 64 consecutive blocks of another store, and where it is here, as runs: u8 version, u48 touched (age clock),
 * u32 number of runs, per run u8 stride, u8 foreign block (offset in the bucket), u16 foreign entry, u16 count, u64 block here,
 * u16 entry here. Stride 0: the run goes on over entries of one foreign block; 1: over foreign blocks, at the same entry number
 * (a sender whose segments came one by one). Here it always goes on over entries of one block.
 */
export type OriginRow = {readonly touchedAge: AgeMs; readonly runs: OriginRun[]};
export type OriginRun = {
	stride: 0 | 1;
	readonly block: BlockNo;
	readonly entry: number;
	count: number;
	readonly localBlock: BlockNo;
	readonly localEntry: number;
};
export type LocalAddress = {readonly block: BlockNo; readonly entry: EntryNo};

const VERSION = 1;
const RUN_BYTES = 16;

export const bucketOf = (block: BlockNo): number => Math.floor(block / ORIGIN_BUCKET_BLOCKS);

export const encodeOrigin = ({touchedAge, runs}: OriginRow): Buffer => {
	const writer = new RowWriter(12 + runs.length * RUN_BYTES).u8(VERSION).u48(touchedAge).u32(runs.length);
	for (const run of runs) {
		writer
			.u8(run.stride)
			.u8(run.block % ORIGIN_BUCKET_BLOCKS)
			.u16(run.entry)
			.u16(run.count)
			.u64(run.localBlock)
			.u16(run.localEntry);
	}
	return writer.done();
};

export const decodeOrigin = (bytes: Buffer, bucket: number): OriginRow => {
	const reader = new RowReader(bytes);
	reader.version(VERSION, 'origin row');
	const touchedAge = reader.u48() as AgeMs;
	const count = reader.u32();
	const runs: OriginRun[] = [];
	for (let index = 0; index < count; index++) {
		runs.push({
			stride: (reader.u8() & 1) as 0 | 1,
			block: (bucket * ORIGIN_BUCKET_BLOCKS + reader.u8()) as BlockNo,
			entry: reader.u16(),
			count: reader.u16(),
			localBlock: reader.u64() as BlockNo,
			localEntry: reader.u16(),
		});
	}
	return {touchedAge, runs};
};

/** Where the foreign entry is here, the last time it came; `undefined` when it never came (or was forgotten). */
export const findOrigin = (
	runs: readonly OriginRun[],
	block: BlockNo,
	entry: number,
): LocalAddress | undefined => {
	for (let at = runs.length - 1; at >= 0; at--) {
		const run = runs[at] as OriginRun;
		const step = run.stride === 0 ? entry - run.entry : block - run.block;
		const onLine = run.stride === 0 ? block === run.block : entry === run.entry;
		if (onLine && step >= 0 && step < run.count) {
			return {block: run.localBlock, entry: (run.localEntry + step) as EntryNo};
		}
	}
	return undefined;
};

/** Adds one arrival, to the last run when it goes on there. All arrivals of a row are of its bucket. */
export const addOrigin = (
	runs: OriginRun[],
	{block, entry}: Omit<SegmentAddress, 'store'>,
	here: LocalAddress,
): void => {
	const last = runs.at(-1);
	if (last !== undefined && here.block === last.localBlock && here.entry === last.localEntry + last.count) {
		const overEntries = block === last.block && entry === last.entry + last.count;
		const overBlocks = entry === last.entry && block === last.block + last.count;
		if (overEntries && (last.stride === 0 || last.count === 1)) {
			last.stride = 0;
			last.count++;
			return;
		}
		if (overBlocks && (last.stride === 1 || last.count === 1)) {
			last.stride = 1;
			last.count++;
			return;
		}
	}
	runs.push({stride: 0, block, entry, count: 1, localBlock: here.block, localEntry: here.entry});
};
