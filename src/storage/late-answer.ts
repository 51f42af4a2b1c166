import {put} from './atomically.js';
import {nextAttemptNumber} from './attempts-row.js';
import type {Bits} from './bits.js';
import {encodeGroup, type GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import {groupsOf} from './record-view.js';
import {addGroup, takeFromGroup} from './take-bits.js';

/** Inside a body: `late` was acknowledged after an operator had cut it out of its lease. Its state stays, its history tells. */
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
	for (const {group, row} of groupsOf(handles, peer, part.block)) {
		const bits = row.bits.and(late);
		if (!bits.isEmpty()) {
			const attempt = {
				number: nextAttemptNumber(row.attempts),
				startedAt: leasedAt,
				completedAt: handles.clock.now(),
				outcome: 'ACKED',
				bytesSent: 'whole',
			} as const;
			const told: GroupRow = {...row, bits, attempts: [...row.attempts, attempt]};
			if (bits.equals(row.bits)) {
				put(handles.env.groups, [peer, part.block, group], encodeGroup(told));
			} else {
				takeFromGroup(handles, peer, part.block, group, bits);
				addGroup(handles, peer, part.block, told);
			}
		}
	}
};
