import type {BlockNo, EpochMs} from '../outbound/units.js';
import type {EncodedBlock} from './encode-block.js';
import type {StoreHandles} from './handles.js';
import {META_IMPORTED} from './meta-keys.js';
import {putTwice, readTwice} from './meta-rows.js';

/**
 * Blocks that an import has made, and perhaps others between them. Blocks are numbered in the order in which they are written, which says
 * nothing about when the segments of an import were enqueued elsewhere: who looks for a time has to look at these too.
 */
export type ImportedBlocks = {
	readonly from: BlockNo;
	readonly below: BlockNo;
	/** Between these their segments were enqueued. */
	readonly oldest: EpochMs;
	readonly youngest: EpochMs;
};

/** Spans that are kept; beyond that those that lie closest become one. */
const MOST_SPANS = 32;

/** In the order of their numbers; they do not overlap. */
export const importedBlocks = ({env}: Pick<StoreHandles, 'env'>): readonly ImportedBlocks[] => {
	const row = readTwice(env, META_IMPORTED);
	return row === undefined ? [] : (JSON.parse(row.toString('utf8')) as ImportedBlocks[]);
};

/** Inside a body: the blocks of one import, which have the highest numbers of all. */
export const noteImported = (handles: StoreHandles, blocks: readonly EncodedBlock[]): void => {
	if (blocks.length === 0) {
		return;
	}
	const numbers = blocks.map(({planned}) => planned.block);
	const times = blocks.map(({wall}) => wall);
	const span: ImportedBlocks = {
		from: Math.min(...numbers) as BlockNo,
		below: (Math.max(...numbers) + 1) as BlockNo,
		oldest: Math.min(...times) as EpochMs,
		youngest: Math.max(...times) as EpochMs,
	};
	const spans = [...importedBlocks(handles).filter(each => isAnyThere(handles, each)), span];
	putTwice(handles.env, META_IMPORTED, Buffer.from(JSON.stringify(merged(spans))));
};

/** Inside a body: of two damaged rows nobody knows what they said, so that all blocks are looked at from then on. */
export const mendImported = (handles: StoreHandles): void => {
	const {env, numbers} = handles;
	const all: ImportedBlocks = {
		from: 0 as BlockNo,
		below: numbers.blockLimit,
		oldest: 0 as EpochMs,
		youngest: Number.MAX_SAFE_INTEGER as EpochMs,
	};
	putTwice(env, META_IMPORTED, readTwice(env, META_IMPORTED) ?? Buffer.from(JSON.stringify([all])));
};

const isAnyThere = ({env}: StoreHandles, {from, below}: ImportedBlocks): boolean => {
	const [first] = env.blocks.getKeys({start: from, end: below, limit: 1});
	return first !== undefined;
};

/** What follows at once is one span, and what lies closest when there are too many. */
const merged = (spans: readonly ImportedBlocks[]): readonly ImportedBlocks[] => {
	const all = [...spans];
	for (;;) {
		const gaps = all.slice(1).map(({from}, at) => from - (all[at]?.below ?? 0));
		const least = Math.min(...gaps);
		if (gaps.length === 0 || (least > 0 && all.length <= MOST_SPANS)) {
			return all;
		}
		const at = gaps.indexOf(least);
		const [one, other] = [all[at] as ImportedBlocks, all[at + 1] as ImportedBlocks];
		all.splice(at, 2, {
			from: one.from,
			below: other.below,
			oldest: Math.min(one.oldest, other.oldest) as EpochMs,
			youngest: Math.max(one.youngest, other.youngest) as EpochMs,
		});
	}
};
