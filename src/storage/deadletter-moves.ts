import {EdgedError} from '../outbound/errors.js';
import {nextState} from '../outbound/transitions.js';
import type {AgeMs, GroupNo, PeerNo} from '../outbound/units.js';
import {remove} from './atomically.js';
import type {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {type CounterChanges, deadCounter, STORE_COUNTERS} from './counters.js';
import {type GroupRow, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {overlayOf} from './lease-records.js';
import {ProofWriter} from './proof-writer.js';
import {isPurgedEverywhere} from './record-view.js';
import {armOrphanTimer, hasPayload, isPayloadGone, releaseBlock, rememberedIds} from './release-block.js';
import {addGroup, takeFromGroup} from './take-bits.js';

/** Dead records of one group. */
export type DeadBits = {
	readonly peer: PeerNo;
	readonly table: BlockTable;
	readonly group: GroupNo;
	readonly row: GroupRow & {readonly state: 'deadletter'};
	readonly bits: Bits;
};

/** `false` when the payload is gone: the reason says so, or the store has lost it. */
export const canRetry = (handles: StoreHandles, {row, table}: DeadBits): boolean =>
	!isPayloadGone(row) && hasPayload(handles, table.block);

/** Inside a body: dead -> scheduled, with a fresh budget and no expiry, the history kept, in the place of its enqueue. */
export const retryBits = (
	handles: StoreHandles,
	{peer, table, group, row, bits}: DeadBits,
	changes: CounterChanges,
): void => {
	const state = nextState('deadletter', 'retry') as 'scheduled';
	takeFromGroup(handles, peer, table.block, group, bits);
	addGroup(handles, peer, table.block, {
		bits,
		classNo: row.classNo,
		charged: 0,
		abandons: 0,
		changedAt: handles.clock.now(),
		...NEVER_HELD,
		putBackBy: 0,
		isExpiryWaived: true,
		attempts: row.attempts,
		state,
		dueAt: 0 as AgeMs,
	});
	countOut(peer, row, bits, changes);
	changes.add(peer, state, bits.count());
	changes.addWaiting(peer, table, bits.count(), table.sizeOf(bits));
	overlayOf(handles, peer).lookForDueAgain(row.classNo);
};

/** Inside a body: dead -> gone. The payload stays for `orphanRetentionMs`; an id that no record has any more is free again. */
export const purgeBits = (
	handles: StoreHandles,
	{peer, table, group, row, bits}: DeadBits,
	changes: CounterChanges,
): void => {
	nextState('deadletter', 'purge');
	takeFromGroup(handles, peer, table.block, group, bits);
	new ProofWriter(handles, peer, handles.clock.now(), changes).purged(table, bits);
	countOut(peer, row, bits, changes);
	for (const {id, entry} of rememberedIds(handles, table)) {
		if (bits.has(entry) && isPurgedEverywhere(handles, table, entry)) {
			remove(handles.env.ids, id);
			changes.add(STORE_COUNTERS, 'ids', -1);
		}
	}
	armOrphanTimer(handles, table.block);
	releaseBlock(handles, table, changes);
};

const countOut = (peer: PeerNo, row: DeadBits['row'], bits: Bits, changes: CounterChanges): void => {
	changes.add(peer, 'deadletter', -bits.count());
	changes.add(peer, deadCounter(row.reason), -bits.count());
};

export const segmentMissing = (what: string, verb: 'retried' | 'moved' = 'retried'): EdgedError =>
	new EdgedError('SEGMENT_MISSING', `the payload of ${what} is gone: it cannot be ${verb}, only purged`);
