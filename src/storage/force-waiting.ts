import type {PeerId} from '../outbound/names.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {decodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {buryBits, isOpenPart} from './bury.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {type DueKey, END, type HeldKey, type QueueKey} from './layout.js';
import {partsOf} from './record-view.js';
import {DamagedRowError} from './row-reader.js';

/** See `OutboundStore.forceWaiting`. Goes by blocks, so it may bury up to a block more than `limit`. */
export const forceWaiting = async (handles: StoreHandles, id: PeerId, limit: number): Promise<number> => {
	const peer = handles.peers.no(id);
	return atomically(handles, changes => {
		let buried = 0;
		for (const block of waitingBlocks(handles, peer)) {
			if (buried >= limit) {
				break;
			}
			buried += buryBlock(handles, peer, block, changes);
		}
		return buried;
	});
};

/** Blocks changed in one commit; all are found before any is changed: a cursor must not run over what is written behind it. */
const MAX_BLOCKS = 256;

const waitingBlocks = ({env, overlays}: StoreHandles, peer: PeerNo): ReadonlySet<BlockNo> => {
	const overlay = overlays.get(peer);
	const blocks = new Set<BlockNo>();
	const whole = {start: [peer], end: [peer, END]};
	for (const {key, value} of env.queue.getRange(whole)) {
		const [, , block] = key as QueueKey;
		if (overlay?.free(block, undefined, decodeBits(value)).isEmpty() !== true) {
			blocks.add(block);
		}
		if (blocks.size === MAX_BLOCKS) {
			return blocks;
		}
	}
	for (const key of env.due.getKeys(whole)) {
		const [, , , block, group] = key as DueKey;
		if (overlay?.isGroupOut(group) !== true) {
			blocks.add(block);
		}
		if (blocks.size === MAX_BLOCKS) {
			return blocks;
		}
	}
	for (const key of env.held.getKeys(whole)) {
		blocks.add((key as HeldKey)[2]);
	}
	return blocks;
};

/** What is in a lease is left alone. */
const buryBlock = (handles: StoreHandles, peer: PeerNo, block: BlockNo, changes: CounterChanges): number => {
	const table = readable(handles, block);
	let buried = 0;
	for (const part of table === undefined ? [] : partsOf(handles, table, peer)) {
		const row = part.place === 'group' ? part.row : undefined;
		if (table === undefined || !isOpenPart(part) || row?.state === 'deadletter') {
			continue;
		}
		const group = part.place === 'group' ? part.group : undefined;
		const bits = handles.overlays.get(peer)?.free(block, group, part.bits) ?? part.bits;
		if (!bits.isEmpty()) {
			const from = row?.state === 'failed' ? 'failed' : 'scheduled';
			buryBits(handles, {table, peer, part, bits, from, event: 'force', reason: 'FORCED'}, changes);
			buried += bits.count();
		}
	}
	return buried;
};

/** `undefined` for a damaged block: nobody knows what it holds, and it has been told of elsewhere. */
const readable = (handles: StoreHandles, block: BlockNo): BlockTable | undefined => {
	try {
		return readBlock(handles, block);
	} catch (error) {
		if (error instanceof DamagedRowError) {
			return undefined;
		}
		throw error;
	}
};
