import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {GroupNo, PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits, firstBits} from './bits.js';
import type {CounterChanges} from './counters.js';
import {findDead} from './dead-groups.js';
import {canRetry, type DeadBits, purgeBits, retryBits, segmentMissing} from './deadletter-moves.js';
import type {StoreHandles} from './handles.js';
import type {DeadletterKey} from './layout.js';
import {locateRecord} from './locate.js';
import {holdingLease, stateOf} from './record-state.js';
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
	const peers = new Set<PeerNo>();
	const progress = await eachMatching(handles, selector, limit, (dead, changes) => {
		if (!canRetry(handles, dead)) {
			return false;
		}
		retryBits(handles, dead, changes);
		peers.add(dead.peer);
		return true;
	});
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
	eachMatching(handles, selector, limit, (dead, changes) => {
		purgeBits(handles, dead, changes);
		return true;
	});

const eachMatching = (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
	act: (dead: DeadBits, changes: CounterChanges) => boolean,
): Promise<BulkProgress> =>
	atomically(handles, changes => actOnMatching({handles, selector, limit}, changes, act));

type Step = {
	readonly handles: StoreHandles;
	readonly selector: DeadletterSelector;
	readonly limit: number;
};

/** Inside a body: `act` on what matches until `limit` records are changed; it says `false` where it refuses. */
export const actOnMatching = (
	{handles, selector, limit}: Step,
	changes: CounterChanges,
	act: (dead: DeadBits, changes: CounterChanges) => boolean,
): BulkProgress => {
	let room = limit;
	let changed = 0;
	let refused = 0;
	let {cursor} = selector;
	const found = findDead(handles, selector, limit);
	for (const {key, dead} of found.matches) {
		if (room === 0) {
			return {changed, refused, cursor, done: false};
		}
		const bits = firstBits(dead.bits, room);
		const isWhole = bits.count() === dead.bits.count();
		if (act({...dead, bits}, changes)) {
			changed += bits.count();
			room -= bits.count();
			if (!isWhole) {
				return {changed, refused, cursor: found.cursorAt(before(key)), done: false};
			}
		} else {
			refused += dead.bits.count();
		}
		cursor = found.cursorAt(key);
	}
	return {changed, refused, cursor: found.cursor, done: found.atEnd && room > 0};
};

/** What is left of a group that was cut keeps its key and is to be found again. */
const before = ([peer, diedAt, block, group]: DeadletterKey): DeadletterKey => [
	peer,
	diedAt,
	block,
	(group - 1) as GroupNo,
];
