import type {AgeMs, BlockNo, EpochMs} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {createdAgeOf} from './encode-block-table.js';
import type {StoreHandles} from './handles.js';

/**
 * The blocks that were written at `since` or later, and before `until`: they are numbered in the order in which they are written. Where
 * damage has left one with another time, some too many or too few: see `isOfTime`.
 */
export const blocksOfTime = (
	handles: StoreHandles,
	since: EpochMs | undefined,
	until: EpochMs | undefined,
): {readonly from: BlockNo; readonly below: BlockNo} => ({
	from: since === undefined ? (0 as BlockNo) : firstBlockSince(handles, handles.age.fromWall(since)),
	below:
		until === undefined ? handles.numbers.blockLimit : firstBlockSince(handles, handles.age.fromWall(until)),
});

/** Was it written at `since` or later, and before `until`? */
export const isOfTime = (
	{age}: StoreHandles,
	{createdAge}: Pick<BlockTable, 'createdAge'>,
	since: EpochMs | undefined,
	until: EpochMs | undefined,
): boolean =>
	(since === undefined || createdAge >= age.fromWall(since)) &&
	(until === undefined || createdAge < age.fromWall(until));

/** Of a row that tells its age: a damaged one may be shorter. */
const LEAST_BYTES = 36;

/** Halves the numbers until one is left: some thirty looks among a million blocks. */
const firstBlockSince = (handles: StoreHandles, since: AgeMs): BlockNo => {
	let low = 0;
	let high: number = handles.numbers.blockLimit;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		const found = blockFrom(handles, middle, high);
		if (found === undefined || found.createdAge >= since) {
			high = middle;
		} else {
			low = found.block + 1;
		}
	}
	return low as BlockNo;
};

const blockFrom = (
	{env}: StoreHandles,
	from: number,
	below: number,
): {readonly block: number; readonly createdAge: AgeMs} | undefined => {
	for (const {key, value} of env.blocks.getRange({start: from, end: below})) {
		if (value.length >= LEAST_BYTES) {
			return {block: key as unknown as number, createdAge: createdAgeOf(value)};
		}
	}
	return undefined;
};
