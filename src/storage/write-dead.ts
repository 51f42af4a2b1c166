import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {type CounterChanges, deadCounter} from './counters.js';
import {NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {ImportedRecord} from './imported-segment.js';
import {addGroup} from './take-bits.js';

/**
 * Inside a body: records that were dead elsewhere become one dead group. They are dead here from now on, in the order of deadletters and
 * for their retention; when they changed last is when they died.
 */
export const writeDead = (
	handles: StoreHandles,
	{block, classNo}: {readonly block: BlockNo; readonly classNo: ClassNo},
	bits: Bits,
	{peer, death: {reason, chargedFailures, diedAt}, attempts}: ImportedRecord,
	changes: CounterChanges,
): void => {
	addGroup(handles, peer, block, {
		bits,
		classNo,
		charged: chargedFailures,
		abandons: 0,
		changedAt: diedAt,
		putBackBy: 0,
		isExpiryWaived: false,
		...NEVER_HELD,
		attempts,
		state: 'deadletter',
		reason,
		diedAt: handles.clock.now(),
	});
	changes.add(peer, 'deadletter', bits.count());
	changes.add(peer, deadCounter(reason), bits.count());
};
