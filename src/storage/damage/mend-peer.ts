import type {ClassNo} from '../../outbound/priorities.js';
import type {AgeMs, BlockNo, EpochMs, GroupNo, PeerNo} from '../../outbound/units.js';
import {tellApart} from '../acks.js';
import {put} from '../atomically.js';
import {Bits} from '../bits.js';
import {decodeBits, encodeBits} from '../bits-row.js';
import type {BlockTable} from '../block-table.js';
import {cutBlock} from '../cut-block.js';
import {encodeGroup, type GroupFate, type GroupRow, NEVER_HELD} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {keptOrAll} from '../kept-entries.js';
import {type DeadletterKey, type DueKey, END, type HeldKey} from '../layout.js';
import type {Place} from '../read-watch.js';
import {hasPayload} from '../release-block.js';
import {decodeSettled, emptySettled, encodeSettled} from '../settled-row.js';
import {addGroupKey} from '../take-bits.js';
import {dropRow} from './drop-row.js';
import {knownBits, readPeerRows} from './peer-rows.js';

/** What was done about the damaged rows of one peer and block. */
export type PeerMend = {
	/** Records that a damaged row held, which could be told from what the other rows do not hold. */
	readonly records: number;
	/** The counters may not be what they were: count anew. */
	readonly isInexact: boolean;
};

/**
 * Inside a body: puts right the damaged rows that `peer` has of a block whose table is whole. Each record is in exactly one place,
 * so what no other row holds, and was not moved, was in the damaged one. It keeps its state as far as the database and the keys tell it; what
 * waited waits again, and its history is lost.
 */
export const mendPeer = (
	handles: StoreHandles,
	table: BlockTable,
	peer: PeerNo,
	/** Of a peer without any row: its proof is over, or its rows are gone without a trace. */
	nothing: 'is as it should be' | 'is a loss' = 'is as it should be',
): PeerMend => {
	const rows = readPeerRows(handles, table.block, peer);
	const known = knownBits(rows, table.count);
	const missing = Bits.full(table.count).without(known).without(table.elsewhereOf(peer));
	if (rows.damaged.length === 0) {
		const isMissed = !missing.isEmpty() && (!known.isEmpty() || nothing === 'is a loss');
		return isMissed ? restoreMissed(handles, table, peer, missing) : {records: 0, isInexact: false};
	}
	const [first, ...others] = inOrderOfCaution(rows.damaged);
	if (others.length > 0) {
		cutBlock(handles, peer, table.block); // What a lease overlays may be in another row now.
	}
	for (const place of others) {
		dropRow(handles, place);
	}
	restore(handles, table, first as Place, missing);
	const isSimple = others.length === 0 && first?.database !== 'groups';
	return {records: missing.count(), isInexact: !isSimple};
};

/** Inside a body: the row of a group is gone, and its key is not: it held what no other row of the peer holds. How many records that are. */
export const restoreLostGroup = (
	handles: StoreHandles,
	table: BlockTable,
	{peer, group}: {readonly peer: PeerNo; readonly group: GroupNo},
): number => {
	const rows = readPeerRows(handles, table.block, peer);
	const missing = Bits.full(table.count)
		.without(knownBits(rows, table.count))
		.without(table.elsewhereOf(peer));
	if (rows.damaged.length > 0 || missing.isEmpty()) {
		return 0;
	}
	restoreGroup(handles, table, {peer, group}, missing);
	return missing.count();
};

/** Rows are gone without a trace. While the payload is kept somebody may need it: rather sent twice than not at all. */
const restoreMissed = (handles: StoreHandles, table: BlockTable, peer: PeerNo, missing: Bits): PeerMend => {
	const {env} = handles;
	if (hasPayload(handles, table.block)) {
		const key = [peer, table.classNo, table.block];
		const saved = env.queue.get(key);
		put(env.queue, key, encodeBits(saved === undefined ? missing : decodeBits(saved).or(missing)));
		return {records: missing.count(), isInexact: true};
	}
	const key = [peer, table.block];
	const saved = env.settled.get(key);
	const row = saved === undefined ? emptySettled(table.count) : decodeSettled(saved);
	put(env.settled, key, encodeSettled({...row, acked: row.acked.or(missing)}));
	return {records: missing.count(), isInexact: true};
};

/** With several damaged rows nobody knows which record was where: rather sent twice than not at all. */
const CAUTION: readonly string[] = ['queue', 'groups', 'settled'];
const inOrderOfCaution = (places: readonly Place[]): readonly Place[] =>
	places.toSorted((a, b) => CAUTION.indexOf(a.database) - CAUTION.indexOf(b.database));

const restore = (handles: StoreHandles, table: BlockTable, {database, key}: Place, bits: Bits): void => {
	const {env, clock, age} = handles;
	if (bits.isEmpty()) {
		dropRow(handles, {database, key});
	} else if (database === 'groups') {
		const [peer, , group] = key as [PeerNo, BlockNo, GroupNo];
		restoreGroup(handles, table, {peer, group}, bits);
	} else if (database === 'settled') {
		const now = clock.now();
		const times = {leasedAt: now, settledAt: now, settledAge: age.now()};
		const told = tellApart(handles, table, (key as [PeerNo, BlockNo])[0], bits);
		put(env.settled, key, encodeSettled({...emptySettled(table.count), ...times, ...told}));
	} else {
		put(env[database], key, encodeBits(bits));
	}
};

/** Under its old number: a lease may name it. */
const restoreGroup = (
	handles: StoreHandles,
	table: BlockTable,
	{peer, group}: {readonly peer: PeerNo; readonly group: GroupNo},
	bits: Bits,
): void => {
	const {env, clock} = handles;
	const {block} = table;
	const isPayloadThere = hasPayload(handles, block) && bits.without(keptOrAll(handles, table)).isEmpty();
	const {classNo, fate, heldSince} = fateOf(handles, peer, block, group, isPayloadThere);
	const now = clock.now();
	const row: GroupRow = {
		bits,
		classNo,
		charged: 0,
		abandons: 0,
		changedAt: now,
		...NEVER_HELD,
		putBackBy: 0,
		isExpiryWaived: false,
		attempts: [
			{
				number: 1,
				startedAt: now,
				completedAt: now,
				outcome: 'CORRUPT',
				error: 'the row with the state and the history of this record was damaged on disk',
				bytesSent: 0,
			},
		],
		...fate,
		...(heldSince === undefined ? {} : {heldSince}),
	};
	put(env.groups, [peer, block, group], encodeGroup(row));
	addGroupKey(handles, peer, block, group, row);
};

/**
 * `deadletters` holds exactly the keys of the dead groups, `held` of those that are held, `due` those of the others. Why a dead one was
 * buried nobody knows any more: with its payload it may be retried, whatever the reason was, so it is called the commonest of those
 * that keep one.
 */
const fateOf = (
	{env, age}: StoreHandles,
	peer: PeerNo,
	block: BlockNo,
	group: GroupNo,
	isPayloadThere: boolean,
): {readonly classNo: ClassNo; readonly fate: GroupFate; readonly heldSince?: AgeMs} => {
	for (const {key} of env.deadletters.getRange({start: [peer], end: [peer, END]})) {
		const [, diedAt, deadBlock, deadGroup] = key as DeadletterKey;
		if (deadBlock === block && deadGroup === group) {
			return {
				classNo: 2,
				fate: {
					state: 'deadletter',
					reason: isPayloadThere ? 'MAX_RETRIES' : 'CORRUPT',
					diedAt: diedAt as EpochMs,
				},
			};
		}
	}
	for (const {key} of env.held.getRange({start: [peer], end: [peer, END]})) {
		const [, classNo, heldBlock, heldGroup] = key as HeldKey;
		if (heldBlock === block && heldGroup === group) {
			return {
				classNo: classNo as ClassNo,
				fate: {state: 'scheduled', dueAt: 0 as AgeMs},
				heldSince: age.now(),
			};
		}
	}
	for (const {key} of env.due.getRange({start: [peer], end: [peer, END]})) {
		const [, classNo, dueAt, dueBlock, dueGroup] = key as DueKey;
		if (dueBlock === block && dueGroup === group) {
			return {classNo: classNo as ClassNo, fate: {state: 'scheduled', dueAt: dueAt as AgeMs}};
		}
	}
	return {classNo: 2, fate: {state: 'scheduled', dueAt: 0 as AgeMs}};
};
