import type {BlockNo, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {nextAttemptNumber, type StoredAttempt} from './attempts-row.js';
import type {Bits} from './bits.js';
import {encodeGroup, type GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import {groupsOf} from './record-view.js';
import {decodeSettled, encodeSettled, type History} from './settled-row.js';
import {addGroup, takeFromGroup} from './take-bits.js';

/**
 * Inside a body: `late` was acknowledged after it had been cut out of its lease, by an operator or because other peers were enough.
 * Its state stays, its history tells.
 */
export const noteLateAnswer = (
	handles: StoreHandles,
	lease: OpenLease,
	{part}: OpenPart,
	late: Bits,
): void => {
	const {peer, leasedAt} = lease;
	if (late.isEmpty()) {
		return;
	}
	const tell = (attempts: readonly StoredAttempt[]): readonly StoredAttempt[] => [
		...attempts,
		{
			number: nextAttemptNumber(attempts),
			startedAt: leasedAt,
			completedAt: handles.clock.now(),
			outcome: 'ACKED',
			bytesSent: 'whole',
		},
	];
	noteAtSatisfied(handles, peer, part.block, {late, tell});
	for (const {group, row} of groupsOf(handles, peer, part.block)) {
		const bits = row.bits.and(late);
		if (!bits.isEmpty()) {
			const told: GroupRow = {...row, bits, attempts: tell(row.attempts)};
			if (bits.equals(row.bits)) {
				put(handles.env.groups, [peer, part.block, group], encodeGroup(told));
			} else {
				takeFromGroup(handles, peer, part.block, group, bits);
				addGroup(handles, peer, part.block, told);
			}
		}
	}
};

type Late = {
	readonly late: Bits;
	readonly tell: (attempts: readonly StoredAttempt[]) => readonly StoredAttempt[];
};

const noteAtSatisfied = ({env}: StoreHandles, peer: PeerNo, block: BlockNo, {late, tell}: Late): void => {
	const saved = env.settled.get([peer, block]);
	const row = saved === undefined ? undefined : decodeSettled(saved);
	let untold = row?.satisfied.and(late);
	if (row === undefined || untold === undefined || untold.isEmpty()) {
		return;
	}
	const histories: History[] = [];
	for (const {bits, attempts} of row.histories) {
		const told = bits.and(untold);
		const others = bits.without(untold);
		histories.push(...(others.isEmpty() ? [] : [{bits: others, attempts}]));
		histories.push(...(told.isEmpty() ? [] : [{bits: told, attempts: tell(attempts)}]));
		untold = untold.without(told);
	}
	histories.push(...(untold.isEmpty() ? [] : [{bits: untold, attempts: tell([])}]));
	put(env.settled, [peer, block], encodeSettled({...row, histories}));
};
