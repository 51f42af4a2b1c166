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
	return {end, waits: found.filter(([block]) => block < end).flatMap(wait => waitOf(handles, peer, ...wait))};
};

const waitOf = (handles: StoreHandles, peer: PeerNo, block: BlockNo, bits: Bits): readonly Wait[] => {
	const table = readBlock(handles, block);
	return table === undefined || bits.size !== table.count
		? []
		: [{peer, block, createdAge: table.createdAge, records: bits.count(), bytes: table.sizeOf(bits)}];
};
