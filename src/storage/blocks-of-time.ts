import type {AgeMs, BlockNo, EpochMs} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {createdAgeOf} from './encode-block-table.js';
import type {StoreHandles} from './handles.js';
import {importedBlocks} from './imported-blocks.js';

type Blocks = {readonly from: BlockNo; readonly below: BlockNo};

/**
 * Where the blocks are whose segments were enqueued at `since` or later, and before `until`: blocks are numbered in the order in which they
 * are written, and those that imports have made go by themselves. There may be others among them: see `isOfTime`.
 */
export const blocksOfTime = (
	handles: StoreHandles,
	since: EpochMs | undefined,
	until: EpochMs | undefined,
): readonly Blocks[] => {
	const {age, numbers} = handles;
	const own = {
		from: since === undefined ? (0 as BlockNo) : firstBlockSince(handles, age.fromWall(since)),
		below: until === undefined ? numbers.blockLimit : firstBlockSince(handles, age.fromWall(until)),
	};
	const imported =
		since === undefined && until === undefined
			? []
			: importedBlocks(handles).filter(
					({oldest, youngest}) => youngest >= (since ?? 0) && oldest < (until ?? Number.POSITIVE_INFINITY),
				);
	return joined([own, ...imported].filter(({from, below}) => from < below));
};

/** In their order, and what overlaps as one. */
const joined = (parts: readonly Blocks[]): readonly Blocks[] => {
	const all: Blocks[] = [];
	for (const {from, below} of [...parts].sort((a, b) => a.from - b.from)) {
		const last = all.at(-1);
		if (last !== undefined && from <= last.below) {
			all.splice(-1, 1, {from: last.from, below: Math.max(last.below, below) as BlockNo});
		} else {
			all.push({from, below});
		}
	}
	return all;
};

/** Was it enqueued at `since` or later, and before `until`? By the age clock; of an import, by what it says. */
export const isOfTime = (
	{age}: StoreHandles,
	{createdAge, createdAt, isImported}: Pick<BlockTable, 'createdAge' | 'createdAt' | 'isImported'>,
	since: EpochMs | undefined,
	until: EpochMs | undefined,
): boolean =>
	isImported
		? createdAt >= (since ?? 0) && createdAt < (until ?? Number.POSITIVE_INFINITY)
		: (since === undefined || createdAge >= age.fromWall(since)) &&
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
