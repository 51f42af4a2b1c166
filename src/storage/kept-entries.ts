import type {BlockNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import {Bits} from './bits.js';
import {decodeBits, encodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import type {Environment} from './environment.js';
import type {StoreHandles} from './handles.js';
import {END} from './layout.js';
import {META_THINNED} from './meta-keys.js';

/**
 * Which payloads a block still has. A block that was thinned (thin.ts) has those of the entries in its `thinned` row in `meta`, one behind
 * another in its one chunk; any other has all. Addresses never change: an entry keeps its number, whatever went before it.
 */
export const keptEntries = ({env, thinning}: StoreHandles, block: BlockNo): Bits | undefined => {
	const row = thinning.isInUse ? env.meta.get([META_THINNED, block]) : undefined;
	return row === undefined ? undefined : decodeBits(row);
};

/** Payload bytes that the block holds while it has a payload. */
export const storedPayloadBytes = (handles: StoreHandles, table: BlockTable): number => {
	const kept = keptEntries(handles, table.block);
	return kept === undefined ? table.payloadBytes : table.sizeOf(kept);
};

/** Inside a body. Other bodies may look before this one is on disk, so they are told at once; after a failed commit they look in vain. */
export const noteKept = ({env, thinning}: StoreHandles, block: BlockNo, kept: Bits): void => {
	thinning.isInUse = true;
	put(env.meta, [META_THINNED, block], encodeBits(kept));
};

/** Inside a body: the payload is gone as a whole. */
export const forgetKept = ({env, thinning}: StoreHandles, block: BlockNo): void => {
	if (thinning.isInUse) {
		remove(env.meta, [META_THINNED, block]);
	}
};

/** All entries of a block that was not thinned. */
export const keptOrAll = (handles: StoreHandles, table: BlockTable): Bits =>
	keptEntries(handles, table.block) ?? Bits.full(table.count);

/** The blocks that were thinned. */
export const thinnedBlocks = ({meta}: Environment): readonly BlockNo[] =>
	[...meta.getKeys({start: [META_THINNED], end: [META_THINNED, END]})].map(
		key => (key as [string, BlockNo])[1],
	);
