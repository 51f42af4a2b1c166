import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits} from './bits.js';
import {readBlock} from './blocks.js';
import {type CounterChanges, counter, deadCounter} from './counters.js';
import {canRetry, type DeadBits, purgeBits, retryBits, segmentMissing} from './deadletter-moves.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {type DeadletterKey, END} from './layout.js';
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

/** Groups looked at in one commit, so that it stays short when few match. */
const MAX_EXAMINED = 10_000;

const eachMatching = (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
	act: (dead: DeadBits, changes: CounterChanges) => boolean,
): Promise<BulkProgress> =>
	atomically(handles, changes => {
		let room = limit;
		let changed = 0;
		let refused = 0;
		let cursor = selector.cursor;
		const {matches, last, atEnd} = collect(handles, selector, limit);
		for (const {key, dead} of matches) {
			if (room === 0) {
				return {changed, refused, cursor, done: false};
			}
			const bits = firstBits(dead.bits, room);
			const isWhole = bits.count() === dead.bits.count();
			if (act({...dead, bits}, changes)) {
				changed += bits.count();
				room -= bits.count();
				if (!isWhole) {
					return {changed, refused, cursor: cursorBefore(key), done: false};
				}
			} else {
				refused += dead.bits.count();
			}
			cursor = JSON.stringify(key);
		}
		return {
			changed,
			refused,
			cursor: last === undefined ? cursor : JSON.stringify(last),
			done: atEnd && room > 0,
		};
	});

/** What is left of a group that was cut keeps its key and is to be found again. */
const cursorBefore = ([peer, diedAt, block, group]: DeadletterKey): string =>
	JSON.stringify([peer, diedAt, block, group - 1]);

type Match = {readonly key: DeadletterKey; readonly dead: DeadBits};

/** The groups that match and the last that was looked at, before any of them is changed: lmdb's cursor must not move under our writes. */
const collect = (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
): {
	readonly matches: readonly Match[];
	readonly last: DeadletterKey | undefined;
	readonly atEnd: boolean;
} => {
	const matches: Match[] = [];
	let last: DeadletterKey | undefined;
	let records = 0;
	let examined = 0;
	for (const {key, row} of deadGroups(handles, selector)) {
		examined++;
		last = key;
		const [peer, , block, group] = key;
		if (selector.reason === undefined || row.reason === selector.reason) {
			const table = readBlock(handles, block);
			if (table !== undefined) {
				matches.push({key, dead: {peer, table, group, row, bits: row.bits}});
				records += row.bits.count();
			}
		}
		if (records >= limit || examined >= MAX_EXAMINED) {
			return {matches, last, atEnd: false};
		}
	}
	return {matches, last, atEnd: true};
};

function* deadGroups(
	handles: StoreHandles,
	{peer, since, cursor}: DeadletterSelector,
): Generator<{key: DeadletterKey; row: DeadBits['row']}> {
	const {env, peers} = handles;
	const after = cursor === undefined ? undefined : parseCursor(cursor);
	const wanted = peer === undefined ? peers.all.map(({no}) => no) : [peers.no(peer)];
	for (const no of wanted) {
		if (after === undefined || no >= after[0]) {
			const start = after?.[0] === no ? [...after, END] : [no, since ?? 0];
			for (const {key} of env.deadletters.getRange({start, end: [no, END]})) {
				const [, diedAt, block, group] = key as [PeerNo, number, BlockNo, GroupNo];
				const value = env.groups.get([no, block, group]);
				const row = value === undefined ? undefined : decodeGroup(value);
				if (row?.state === 'deadletter' && diedAt >= (since ?? 0)) {
					yield {key: key as DeadletterKey, row};
				}
			}
		}
	}
}

const parseCursor = (cursor: string): DeadletterKey => {
	try {
		const key: unknown = JSON.parse(cursor);
		if (Array.isArray(key) && key.length === 4 && key.every(Number.isFinite)) {
			return key as DeadletterKey;
		}
	} catch {
		// Told below.
	}
	throw new EdgedError('INVALID_ARGUMENT', 'the cursor is not one that a page gave');
};

const firstBits = (bits: Bits, count: number): Bits => {
	if (bits.count() <= count) {
		return bits;
	}
	const first = Bits.empty(bits.size);
	let left = count;
	for (const entry of bits) {
		if (left-- === 0) {
			break;
		}
		first.add(entry);
	}
	return first;
};

/** See `OutboundStore.countMatching`: from counters where they cover the selector. */
export const countMatching = (handles: StoreHandles, selector: DeadletterSelector): number => {
	const {counters, peers} = handles;
	if (selector.since === undefined) {
		const wanted = selector.peer === undefined ? peers.all.map(({no}) => no) : [peers.no(selector.peer)];
		const name = selector.reason === undefined ? 'deadletter' : deadCounter(selector.reason);
		return wanted.reduce((sum, no) => sum + counter(counters.get(no), name), 0);
	}
	let count = 0;
	for (const {row} of deadGroups(handles, selector)) {
		count += selector.reason === undefined || row.reason === selector.reason ? row.bits.count() : 0;
	}
	return count;
};
