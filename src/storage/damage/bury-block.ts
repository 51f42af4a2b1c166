import type {BlockNo, EpochMs, PeerNo} from '../../outbound/units.js';
import {put, remove} from '../atomically.js';
import type {StoredAttempt} from '../attempts-row.js';
import {Bits} from '../bits.js';
import {cutBlock} from '../cut-block.js';
import type {Elsewhere} from '../elsewhere.js';
import {encodeGroup, type GroupRow, NEVER_HELD} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {addGroup, removeGroupKey} from '../take-bits.js';
import {removeChunks} from './chunks.js';
import {dropRow} from './drop-row.js';
import {countIn, knownBits, type PeerRows, readPeerRows} from './peer-rows.js';
import {damagedTable, standInTable} from './stand-in-table.js';

/**
 * Inside a body: the table of `block` is unreadable or gone. What waited is buried as `CORRUPT`, one group per peer beside those
 * that were groups already, with their histories; the payload goes; a table of what could still be read takes the place of the old
 * one, so that the records can be listed and purged. The counters are to be counted anew.
 */
export const buryBlock = (
	handles: StoreHandles,
	block: BlockNo,
): {readonly records: number; readonly buried: number} => {
	const {env, peers} = handles;
	const rows = peers.all.map(({no}) => ({peer: no, rows: readPeerRows(handles, block, no)}));
	const count = rows.map(each => countIn(each.rows)).find(each => each !== undefined);
	const chunkBytes = removeChunks(handles, block);
	const elsewhere = mayBeMoved(handles, block) ? elsewhereOf(rows, count) : new Map<PeerNo, Bits>();
	const table = standInTable(handles, block, {
		count,
		chunkBytes,
		route: rows.filter(each => hasRecords(each.rows)).map(each => each.peer),
		elsewhere,
	});
	if (table === undefined) {
		remove(env.blocks, block);
		return {records: 0, buried: 0};
	}
	put(env.blocks, block, table.bytes);
	let buried = 0;
	for (const {peer, rows: found} of rows) {
		if (hasRecords(found)) {
			cutBlock(handles, peer, block);
			const missing = Bits.full(table.count)
				.without(knownBits(found, table.count))
				.without(elsewhere.get(peer) ?? Bits.empty(table.count));
			buried += buryPeer(handles, peer, block, {found, count: table.count, missing});
		}
	}
	return {records: table.count, buried};
};

const hasRecords = ({waiting, groups, settled, isSpanned, damaged}: PeerRows): boolean =>
	waiting.length > 0 || groups.length > 0 || settled !== undefined || isSpanned || damaged.length > 0;

/** `false` when the damaged table says that nothing of it ever was moved: then what a peer has no record of is lost. */
const mayBeMoved = (handles: StoreHandles, block: BlockNo): boolean =>
	damagedTable(handles, block)?.isMoved !== false;

/**
 * What a peer whose rows are whole has no record of was moved: the table that said so is lost. Of a peer with a damaged row nobody knows:
 * rather a deadletter too many than one that is not told.
 */
const elsewhereOf = (rows: readonly {peer: PeerNo; rows: PeerRows}[], count = 0): Elsewhere => {
	const found = new Map<PeerNo, Bits>();
	for (const {peer, rows: each} of rows.filter(({rows: {damaged}}) => damaged.length === 0)) {
		const missing = Bits.full(count).without(knownBits(each, count));
		if (hasRecords(each) && !missing.isEmpty()) {
			found.set(peer, missing);
		}
	}
	return found;
};

type Findings = {
	readonly found: PeerRows;
	readonly count: number;
	/** What rows held that are damaged, or gone. */
	readonly missing: Bits;
};

const buryPeer = (
	handles: StoreHandles,
	peer: PeerNo,
	block: BlockNo,
	{found, count, missing}: Findings,
): number => {
	const {env, clock} = handles;
	const now = clock.now();
	let fresh = missing;
	for (const {place, bits} of found.waiting) {
		fresh = bits.size === count ? fresh.or(bits) : fresh;
		remove(env[place.database], place.key);
	}
	for (const place of found.damaged) {
		dropRow(handles, place);
	}
	let buried = fresh.count();
	for (const {group, row} of found.groups) {
		if (row.state === 'deadletter') {
			// Without its payload it can only be purged, whatever it died of.
			put(env.groups, [peer, block, group], encodeGroup({...row, reason: 'CORRUPT'}));
		} else {
			remove(env.groups, [peer, block, group]);
			removeGroupKey(handles, peer, block, group, row);
			addGroup(handles, peer, block, corrupt(row, now));
			buried += row.bits.count();
		}
	}
	if (!fresh.isEmpty()) {
		addGroup(handles, peer, block, corrupt({...NEW, bits: fresh}, now));
	}
	return buried;
};

const NEW = {classNo: 2, charged: 0, abandons: 0, isExpiryWaived: false, attempts: []} as const;

const corrupt = (
	{
		bits,
		classNo,
		charged,
		abandons,
		isExpiryWaived,
		attempts,
	}: Pick<GroupRow, 'bits' | 'classNo' | 'charged' | 'abandons' | 'isExpiryWaived' | 'attempts'>,
	now: EpochMs,
): GroupRow => ({
	bits,
	classNo,
	charged,
	abandons,
	isExpiryWaived,
	changedAt: now,
	...NEVER_HELD,
	putBackBy: 0,
	attempts: [...attempts, attemptAt(now, attempts)],
	state: 'deadletter',
	reason: 'CORRUPT',
	diedAt: now,
});

const attemptAt = (now: EpochMs, attempts: readonly StoredAttempt[]): StoredAttempt => ({
	number: (attempts.at(-1)?.number ?? 0) + 1,
	startedAt: now,
	completedAt: now,
	outcome: 'CORRUPT',
	error: 'the table of its block was damaged on disk',
	bytesSent: 0,
});
