import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import type {Bits} from './bits.js';
import {decodeBits, encodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import type {OpenPart} from './bury.js';
import type {CounterChanges} from './counters.js';
import {expiryOf} from './expiry.js';
import {type GroupRow, isHeld, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {TIMER} from './layout.js';
import {overlayOf} from './lease-records.js';
import {addGroup, takeBits, takeFromGroup} from './take-bits.js';

/** Records of one part that are not being sent. */
export type WaitingBits = {
	readonly table: BlockTable;
	readonly peer: PeerNo;
	readonly part: OpenPart;
	readonly bits: Bits;
};

/** As a record of the queue would be written as a group. */
const FRESH = {
	charged: 0,
	abandons: 0,
	putBackBy: 0,
	isExpiryWaived: false,
	...NEVER_HELD,
	attempts: [],
	state: 'scheduled',
	dueAt: 0 as AgeMs,
} as const;

/**
 * Inside a body: the records keep state, history and due time, and are neither leased nor expired until they are released. `false`
 * for what is held or dead: nothing changes.
 */
export const holdBits = (
	handles: StoreHandles,
	{table, peer, part, bits}: WaitingBits,
	changes: CounterChanges,
): boolean => {
	const row = part.place === 'group' ? part.row : undefined;
	if (row !== undefined && (row.state === 'deadletter' || isHeld(row))) {
		return false;
	}
	const classNo = part.place === 'group' ? part.row.classNo : part.classNo;
	const group = part.place === 'group' ? part.group : undefined;
	takeBits(handles, peer, {group, classNo, block: table.block}, bits);
	addGroup(handles, peer, table.block, {
		...(row ?? FRESH),
		bits,
		classNo,
		changedAt: handles.clock.now(),
		heldSince: handles.age.now(),
	});
	changes.add(peer, 'held', bits.count());
	return true;
};

/**
 * Inside a body: the records take their place again, with what was left of their lifetimes when they were held. What never was
 * anything but queued goes back to the queue. `false` for what is not held: nothing changes.
 */
export const releaseBits = (
	handles: StoreHandles,
	{table, peer, part, bits}: WaitingBits & {readonly part: Extract<OpenPart, {place: 'group'}>},
	changes: CounterChanges,
): boolean => {
	const {group, row} = part;
	if (!isHeld(row) || row.state === 'deadletter') {
		return false;
	}
	const {age, clock} = handles;
	takeFromGroup(handles, peer, table.block, group, bits);
	const heldMs = row.heldMs + Math.max(0, age.now() - row.heldSince);
	const released = {...row, bits, heldSince: NEVER_HELD.heldSince, heldMs, changedAt: clock.now()};
	if (isAsFromQueue(table, released)) {
		putIntoQueue(handles, table, peer, released);
	} else {
		addGroup(handles, peer, table.block, released);
		overlayOf(handles, peer).lookForDueAgain(row.classNo);
		armExpiry(handles, table, released);
	}
	changes.add(peer, 'held', -bits.count());
	return true;
};

/** Nothing would be forgotten: for how long it was held matters only to what expires, whatever else is in its block. */
export const isAsFromQueue = (table: BlockTable, row: GroupRow): boolean =>
	row.state === 'scheduled' &&
	row.dueAt === 0 &&
	row.attempts.length === 0 &&
	row.charged === 0 &&
	row.abandons === 0 &&
	!row.isExpiryWaived &&
	(row.suspicion ?? 0) === 0 &&
	(row.crashes ?? 0) === 0 &&
	(row.heldMs === 0 || table.leastExpiry === 0 || [...row.bits].every(entry => table.expiryOf(entry) === 0));

/** Inside a body: what waits there, in the order of enqueues. */
export const putIntoQueue = (
	handles: StoreHandles,
	{block}: BlockTable,
	peer: PeerNo,
	{classNo, bits}: Pick<GroupRow, 'classNo' | 'bits'>,
): void => {
	const key = [peer, classNo, block];
	const queued = handles.env.queue.get(key);
	put(handles.env.queue, key, encodeBits(queued === undefined ? bits : decodeBits(queued).or(bits)));
	overlayOf(handles, peer).lookAgainAt(classNo, block);
};

/** The block's timer may have gone off while nothing of it was bound to expire. */
const armExpiry = ({env, age}: StoreHandles, table: BlockTable, row: GroupRow): void => {
	let least: number = Number.POSITIVE_INFINITY;
	for (const entry of row.bits) {
		least = Math.min(least, expiryOf(table, entry, row) ?? Number.POSITIVE_INFINITY);
	}
	if (Number.isFinite(least)) {
		put(env.timers, [Math.max(least, age.now() + 1), TIMER.expiry, table.block, 0]);
	}
};

/** Inside a body: the records wait in another class from now on, each in the place of its enqueue there. */
export const classify = (
	handles: StoreHandles,
	{table, peer, part, bits}: WaitingBits,
	classNo: ClassNo,
): void => {
	const {block} = table;
	if (part.place === 'queue') {
		takeBits(handles, peer, {group: undefined, classNo: part.classNo, block}, bits);
		putIntoQueue(handles, table, peer, {classNo, bits});
		return;
	}
	takeFromGroup(handles, peer, block, part.group, bits);
	addGroup(handles, peer, block, {...part.row, bits, classNo, changedAt: handles.clock.now()});
	overlayOf(handles, peer).lookForDueAgain(classNo);
};
