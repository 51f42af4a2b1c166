import type {PeerId, SegmentId} from '../outbound/names.js';
import {nextState} from '../outbound/transitions.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import {type CounterChanges, deadCounter} from './counters.js';
import {isHeld, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {LeaseKey} from './layout.js';
import {overlayOf} from './lease-records.js';
import {encodeLease, type LeasePart} from './lease-row.js';
import {type LocatedRecord, locateRecord} from './locate.js';
import {type HoldingLease, holdingLease, stateOf} from './record-state.js';
import {addGroup, takeBits} from './take-bits.js';

/** See `OutboundStore.force`. A record that is inflight is cut out of its lease. */
export const force = async (handles: StoreHandles, id: SegmentId, peerId: PeerId): Promise<boolean> =>
	atomically(handles, changes => {
		const record = locateRecord(handles, id, peerId);
		const lease = holdingLease(handles, record);
		const state = stateOf(record, lease);
		if (state === 'deadletter') {
			return false;
		}
		nextState(state as 'scheduled', 'force');
		if (lease !== undefined) {
			cutOut(handles, lease, record.entry);
		}
		bury(handles, record, state as 'scheduled' | 'failed' | 'inflight', changes);
		return true;
	});

const bury = (
	handles: StoreHandles,
	{table, entry, peer, part}: LocatedRecord,
	state: 'scheduled' | 'failed' | 'inflight',
	changes: CounterChanges,
): void => {
	const {block} = table;
	const group = part.place === 'group' ? part.group : undefined;
	const classNo =
		part.place === 'group' ? part.row.classNo : 'classNo' in part ? part.classNo : table.classNo;
	const bits = Bits.of(table.count, entry);
	const from = takeBits(handles, peer, {group, classNo, block}, bits);
	const now = handles.clock.now();
	addGroup(handles, peer, block, {
		bits,
		classNo,
		charged: from?.charged ?? 0,
		abandons: from?.abandons ?? 0,
		changedAt: now,
		putBackBy: 0,
		isExpiryWaived: from?.isExpiryWaived ?? false,
		...NEVER_HELD,
		attempts: from?.attempts ?? [],
		state: 'deadletter',
		reason: 'FORCED',
		diedAt: now,
	});
	changes.add(peer, state, -1);
	changes.add(peer, 'held', from !== undefined && isHeld(from) ? -1 : 0);
	changes.add(peer, 'deadletter', 1);
	changes.add(peer, deadCounter('FORCED'), 1);
	changes.addWaiting(peer, table, -1, -table.payloadBytesOf(entry));
};

/** The part stays in the lease, perhaps empty, so that the indexes of the answer keep their meaning. */
const cutOut = (handles: StoreHandles, {key, row, at}: HoldingLease, entry: number): void => {
	const part = row.parts[at] as LeasePart;
	const cut = Bits.of(part.bits.size, entry);
	const parts = row.parts.with(at, {...part, bits: part.bits.without(cut)});
	put(handles.env.leases, key, encodeLease({...row, parts}));
	const [peer, lease] = key as LeaseKey;
	overlayOf(handles, peer).noteCut(lease, at, cut);
};
