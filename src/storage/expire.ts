import type {BlockNo, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {buryBits, isOpenPart} from './bury.js';
import type {CounterChanges} from './counters.js';
import {expiryOf} from './expiry.js';
import type {StoreHandles} from './handles.js';
import {type PeerPart, partsOf} from './record-view.js';
import type {TimerResult, TimerWork} from './retention.js';

/** An inflight record is never expired: its block is looked at again after this long. */
const INFLIGHT_RECHECK_MS = 1000;

/** Inside a body: buries as `EXPIRED` what waits in `block` and has outlived its time, but for what is held; says when the next of it does. */
export const expireBlock = ({handles, changes}: TimerWork, block: BlockNo): TimerResult => {
	const table = readBlock(handles, block);
	if (table === undefined) {
		return 'done';
	}
	let again = Number.POSITIVE_INFINITY;
	for (const peer of table.route) {
		for (const part of partsOf(handles, table, peer)) {
			again = Math.min(again, expirePart(handles, table, peer, part, changes));
		}
	}
	return Number.isFinite(again) ? {again} : 'done';
};

const expirePart = (
	handles: StoreHandles,
	table: BlockTable,
	peer: PeerNo,
	part: PeerPart,
	changes: CounterChanges,
): number => {
	const group = part.place === 'group' ? part : undefined;
	if (!isOpenPart(part) || group?.row.state === 'deadletter') {
		return Number.POSITIVE_INFINITY;
	}
	const now = handles.age.now();
	const overlay = handles.overlays.get(peer);
	const over = Bits.empty(table.count);
	let again = Number.POSITIVE_INFINITY;
	for (const entry of part.bits) {
		const expiry = expiryOf(table, entry, group?.row);
		if (expiry === undefined) {
			continue;
		}
		if (expiry > now) {
			again = Math.min(again, expiry);
		} else if (overlay?.isOut(table.block, group?.group, entry)) {
			again = Math.min(again, now + INFLIGHT_RECHECK_MS);
		} else {
			over.add(entry);
		}
	}
	if (!over.isEmpty()) {
		const from = group?.row.state === 'failed' ? 'failed' : 'scheduled';
		buryBits(handles, {table, peer, part, bits: over, from, event: 'expire', reason: 'EXPIRED'}, changes);
	}
	return again;
};
