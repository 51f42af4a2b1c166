import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {GroupNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits, firstBits} from './bits.js';
import {findDead} from './dead-groups.js';
import {canRetry, type DeadBits, purgeBits, retryBits, segmentMissing} from './deadletter-moves.js';
import type {StoreHandles} from './handles.js';
import type {DeadletterKey} from './layout.js';
import {locateRecord} from './locate.js';
import {holdingLease, stateOf} from './record-state.js';
import {retryInOrder} from './retry-in-order.js';
import type {BulkProgress, DeadletterSelector} from './store.js';

/** See `OutboundStore.retry`. */
export const retryOne = async (handles: StoreHandles, id: SegmentId, peerId: PeerId): Promise<void> => {
	const peer = await atomically(handles, changes => {
		const dead = deadRecord(handles, id, peerId, 'retry');
		if (!canRetry(handles, dead)) {
			throw segmentMissing(`segment ${id} for peer ${peerId}`);
		}
		retryBits(handles, dead, changes);
		return dead.peer;
	});
	handles.announce(peer);
};

/** See `OutboundStore.purge`. */
export const purgeOne = async (handles: StoreHandles, id: SegmentId, peerId: PeerId): Promise<void> => {
	await atomically(handles, changes => {
		purgeBits(handles, deadRecord(handles, id, peerId, 'purge'), changes);
	});
};

const deadRecord = (
	handles: StoreHandles,
	id: SegmentId,
	peerId: PeerId,
	verb: 'retry' | 'purge',
): DeadBits => {
	const record = locateRecord(handles, id, peerId);
	const {table, entry, peer, part} = record;
	if (part.place !== 'group' || part.row.state !== 'deadletter') {
		const state = stateOf(record, holdingLease(handles, record));
		throw new EdgedError(
			'INVALID_STATE',
			`segment ${id} for peer ${peerId} is ${state}: only a deadletter can be ${verb === 'retry' ? 'retried' : 'purged'}`,
			{segment_id: id, peer_id: peerId, state},
		);
	}
	return {peer, table, group: part.group, row: part.row, bits: Bits.of(table.count, entry)};
};

/** See `OutboundStore.retryMatching`. */
export const retryMatching = async (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
): Promise<BulkProgress> => {
	const {peers, ...progress} = await atomically(handles, changes =>
		retryInOrder(handles, selector, limit, changes),
	);
	for (const peer of peers) {
		handles.announce(peer);
	}
	return progress;
};

/** See `OutboundStore.purgeMatching`. */
export const purgeMatching = (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
): Promise<BulkProgress> =>
	atomically(handles, changes => {
		const found = findDead(handles, selector, limit);
		let {cursor} = selector;
		let changed = 0;
		for (const {key, dead} of found.matches) {
			const bits = firstBits(dead.bits, limit - changed);
			purgeBits(handles, {...dead, bits}, changes);
			changed += bits.count();
			if (bits.count() < dead.bits.count()) {
				return {changed, refused: 0, cursor: found.cursorAt(before(key)), done: false};
			}
			cursor = found.cursorAt(key);
			if (changed >= limit) {
				return {changed, refused: 0, cursor, done: false};
			}
		}
		return {changed, refused: 0, cursor: found.cursor, done: found.atEnd};
	});

/** What is left of a group that was cut keeps its key and is to be found again. */
const before = ([peer, diedAt, block, group]: DeadletterKey): DeadletterKey => [
	peer,
	diedAt,
	block,
	(group - 1) as GroupNo,
];
