import {CLASS_NUMBERS} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import {readBlock} from './blocks.js';
import type {Wait} from './counters.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {GroupKey, QueueKey} from './layout.js';

/** Rows of each class, and groups, that one look reads: a few milliseconds. */
const MAX_ROWS = 256;
/** Entries of the blocks' tables that one look reads, and a few more. */
const MAX_ENTRIES = 8192;

export type WaitingLook = {
	readonly waits: readonly Wait[];
	/** Everything that waits in blocks before this one has been seen. */
	readonly end: BlockNo;
};

/** A bounded look, in one turn, at what waits for `peer` (or is being sent, or held) in the blocks from `from` up to, not including, `limit`. */
export const readWaiting = (
	handles: StoreHandles,
	peer: PeerNo,
	from: BlockNo,
	limit: BlockNo,
): WaitingLook => {
	const {env} = handles;
	const found: Array<readonly [BlockNo, Bits]> = [];
	let end = limit;
	for (const classNo of CLASS_NUMBERS) {
		let rows = 0;
		for (const {key, value} of env.queue.getRange({
			start: [peer, classNo, from],
			end: [peer, classNo, end],
		})) {
			const block = (key as QueueKey)[2];
			if (++rows > MAX_ROWS) {
				end = block;
				break;
			}
			found.push([block, decodeBits(value)]);
		}
	}
	let groups = 0;
	let last = from;
	for (const {key, value} of env.groups.getRange({start: [peer, from], end: [peer, end]})) {
		const [, block] = key as GroupKey;
		// A block is seen whole: what goes from its queue into a group must neither be missed nor seen twice.
		if (++groups > MAX_ROWS && block !== last) {
			end = block;
			break;
		}
		last = block;
		const row = decodeGroup(value);
		if (row.state !== 'deadletter') {
			found.push([block, row.bits]);
		}
	}
	return lookCloser(
		handles,
		peer,
		found.filter(([block]) => block < end).sort(([a], [b]) => a - b),
		end,
	);
};

/** The tables of the blocks: they are read and checked whole, so that a look at full ones goes less far. */
const lookCloser = (
	handles: StoreHandles,
	peer: PeerNo,
	found: ReadonlyArray<readonly [BlockNo, Bits]>,
	end: BlockNo,
): WaitingLook => {
	const waits: Wait[] = [];
	let entries = 0;
	let last: BlockNo | undefined;
	for (const [block, bits] of found) {
		if (entries >= MAX_ENTRIES && block !== last) {
			return {waits, end: block};
		}
		last = block;
		entries += bits.size;
		waits.push(...waitOf(handles, peer, block, bits));
	}
	return {waits, end};
};

const waitOf = (handles: StoreHandles, peer: PeerNo, block: BlockNo, bits: Bits): readonly Wait[] => {
	const table = readBlock(handles, block);
	return table === undefined || bits.size !== table.count
		? []
		: [{peer, block, createdAge: table.createdAge, records: bits.count(), bytes: table.sizeOf(bits)}];
};
