import type {Key} from 'lmdb';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import type {Bits} from './bits.js';
import {decodeBits, encodeBits} from './bits-row.js';
import {decodeGroup, encodeGroup, type GroupRow, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {LeasePart} from './lease-row.js';
import type {Table} from './table.js';

/**
 * Inside a body, the first half of every event ("move these bits from this place to that place"): takes bits out of the place that a
 * lease part names, and returns the group they were in (`undefined` for the queue). A bit that is not there is a bug and throws.
 */
export const takeBits = (
	handles: StoreHandles,
	peer: PeerNo,
	{group, classNo, block}: Omit<LeasePart, 'bits'>,
	bits: Bits,
): GroupRow | undefined => {
	if (group === undefined) {
		takeFromQueue(handles, peer, classNo, block, bits);
		return undefined;
	}
	return takeFromGroup(handles, peer, block, group, bits);
};

const takeFromQueue = (
	{env}: StoreHandles,
	peer: PeerNo,
	classNo: number,
	block: BlockNo,
	bits: Bits,
): void => {
	const key = [peer, classNo, block];
	if (bits.isFull()) {
		// Whoever takes leased bits out of the queue takes them out of the lease too, so that all of them are still there.
		remove(env.queue, key);
		return;
	}
	const row = env.queue.getBinaryFast(key);
	const waiting = row === undefined ? undefined : decodeBits(row);
	if (waiting?.equals(bits)) {
		remove(env.queue, key);
		return;
	}
	if (waiting === undefined || !bits.without(waiting).isEmpty()) {
		throw new Error(
			`block ${block} of peer ${peer}: bits that are not in the queue were to be taken from it`,
		);
	}
	put(env.queue, key, encodeBits(waiting.without(bits)));
};

/** A group that is emptied goes, with its key in `due`, `held` or `deadletters`. Returns the group as it was. */
export const takeFromGroup = (
	handles: StoreHandles,
	peer: PeerNo,
	block: BlockNo,
	group: GroupNo,
	bits: Bits,
): GroupRow => {
	const {env} = handles;
	const row = env.groups.get([peer, block, group]);
	if (row === undefined) {
		throw new Error(`group ${group} of block ${block} and peer ${peer} is gone`);
	}
	const found = decodeGroup(row);
	if (!bits.without(found.bits).isEmpty()) {
		throw new Error(`group ${group} of block ${block}: bits that are not in it were to be taken from it`);
	}
	const rest = found.bits.without(bits);
	if (rest.isEmpty()) {
		remove(env.groups, [peer, block, group]);
		removeGroupKey(handles, peer, block, group, found);
	} else {
		put(env.groups, [peer, block, group], encodeGroup({...found, bits: rest}));
	}
	return found;
};

/** Inside a body: takes away the key by which a group is found. */
export const removeGroupKey = (...group: Parameters<typeof groupKey>): void => {
	const {table, key} = groupKey(...group);
	remove(table, key);
};

/** Inside a body, the second half for records that leave the happy path: a new group, with its key in `due`, `held` or `deadletters`. */
export const addGroup = (handles: StoreHandles, peer: PeerNo, block: BlockNo, row: GroupRow): GroupNo => {
	const {env, numbers, age} = handles;
	const group = numbers.nextGroup();
	const isNewlyDead = row.state === 'deadletter' && row.diedAge === undefined;
	put(env.groups, [peer, block, group], encodeGroup(isNewlyDead ? {...row, diedAge: age.now()} : row));
	addGroupKey(handles, peer, block, group, row);
	return group;
};

/** Inside a body: the key by which a group is found. */
export const addGroupKey = (...group: Parameters<typeof groupKey>): void => {
	const {table, key} = groupKey(...group);
	const [{env, overlays}, peer, , , row] = group;
	put(table, key);
	if (table === env.due) {
		overlays.get(peer)?.noteDue(row.classNo);
	}
};

/** A group has a key in `deadletters`, in `held` or in `due`. */
export const groupKey = (
	{env}: StoreHandles,
	peer: PeerNo,
	block: BlockNo,
	group: GroupNo,
	row: GroupRow,
): {readonly table: Table; readonly key: Key} => {
	if (row.state === 'deadletter') {
		return {table: env.deadletters, key: [peer, row.diedAt, block, group]};
	}
	return isHeld(row)
		? {table: env.held, key: [peer, row.classNo, block, group]}
		: {table: env.due, key: [peer, row.classNo, row.dueAt, block, group]};
};
