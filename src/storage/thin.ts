import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {isOpenPart} from './bury.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';
import {noteKept, storedPayloadBytes} from './kept-entries.js';
import {CHUNK_BYTES, END} from './layout.js';
import {BlockPayload} from './lease-payloads.js';
import {partsOf} from './record-view.js';
import {hasPayload, isPayloadGone} from './release-block.js';

/** What the store keeps in memory of its thinned blocks. */
export type Thinning = {
	/** `false` only when no block was ever thinned: then nobody need look. */
	isInUse: boolean;
	/** Where the search for blocks to thin goes on. */
	after: readonly [PeerNo, BlockNo] | undefined;
};

/** Below this share of what is stored, copying the rest together is worth what it frees. */
const WORTH_SHARE = 0.25;
/** A page of the file: less frees nothing. */
const LEAST_GAIN_BYTES = 4096;
/** Blocks looked at, and thinned, in one commit. */
const LOOKS = 256;
const MAX_BLOCKS = 32;
const MAX_VAIN_STEPS = 4;

/**
 * When space is short: of blocks of which under a quarter of the payload is still needed, what nobody needs is dropped in place.
 * One commit; `false` when as far as this call has looked there was none. The next goes on behind that.
 */
export const thin = async (handles: StoreHandles): Promise<boolean> => {
	for (let step = 0; step < MAX_VAIN_STEPS; step++) {
		handles.env.root.resetReadTxn(); // Sees the commits of this turn.
		const {blocks, last} = look(handles);
		const found = blocks.filter(block => isWorthIt(handles, block));
		handles.thinning.after = last;
		const freed =
			found.length > 0 &&
			(await atomically(handles, changes =>
				found.slice(0, MAX_BLOCKS).reduce((sum, block) => sum + thinBlock(handles, block, changes), 0),
			)) > 0;
		if (freed) {
			return true;
		}
		if (last === undefined) {
			return false;
		}
	}
	return false;
};

/** Blocks that were settled in part: proofs of whole ones go before this is asked for. */
const look = ({
	env,
	thinning,
}: StoreHandles): {
	readonly blocks: readonly BlockNo[];
	readonly last: readonly [PeerNo, BlockNo] | undefined;
} => {
	const blocks = new Set<BlockNo>();
	let looks = 0;
	for (const key of env.settled.getKeys({start: [...(thinning.after ?? [0])], end: [END]})) {
		const [peer, block] = key as [PeerNo, BlockNo];
		blocks.add(block);
		if (++looks === LOOKS) {
			return {blocks: [...blocks], last: [peer, block]};
		}
	}
	return {blocks: [...blocks], last: undefined};
};

const isWorthIt = (handles: StoreHandles, block: BlockNo): boolean =>
	gainOf(handles, readBlock(handles, block)) !== undefined;

type Gain = {readonly table: BlockTable; readonly needed: Bits; readonly bytes: number};

/** `undefined` when thinning would not pay, or the payload goes as a whole anyway. */
const gainOf = (handles: StoreHandles, table: BlockTable | undefined): Gain | undefined => {
	const isOneChunk = table !== undefined && table.count > 1 && table.payloadBytes <= CHUNK_BYTES;
	if (!isOneChunk || !hasPayload(handles, table.block)) {
		return undefined;
	}
	const needed = neededEntries(handles, table);
	const stored = storedPayloadBytes(handles, table);
	const bytes = stored - table.sizeOf(needed);
	const pays = bytes >= LEAST_GAIN_BYTES && table.sizeOf(needed) < stored * WORTH_SHARE;
	return pays && !needed.isEmpty() ? {table, needed, bytes} : undefined;
};

/** Entries whose payload may still have to be sent, for any peer. */
export const neededEntries = (handles: StoreHandles, table: BlockTable): Bits =>
	table.route
		.flatMap(peer => partsOf(handles, table, peer).filter(isOpenPart))
		.filter(part => !(part.place === 'group' && isPayloadGone(part.row)))
		.reduce((needed, {bits}) => needed.or(bits), Bits.empty(table.count));

/** Inside a body. Bytes freed; 0 for a block that does not pay any more, or of which something cannot be read. */
const thinBlock = (handles: StoreHandles, block: BlockNo, changes: CounterChanges): number => {
	const gain = gainOf(handles, readBlock(handles, block));
	if (gain === undefined) {
		return 0;
	}
	const payload = new BlockPayload(handles, gain.table);
	const pieces = [...gain.needed].map(entry => payload.read(entry));
	if (!pieces.every(piece => typeof piece === 'object')) {
		return 0; // Left as it is for whoever puts damage right.
	}
	put(handles.env.payloads, [block, 0], Buffer.concat(pieces));
	noteKept(handles, block, gain.needed);
	changes.add(STORE_COUNTERS, 'liveBytes', -gain.bytes);
	return gain.bytes;
};
