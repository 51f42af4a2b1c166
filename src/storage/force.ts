import type {PeerId, SegmentId} from '../outbound/names.js';
import {nextState, type StateName} from '../outbound/transitions.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import {type CounterChanges, deadCounter} from './counters.js';
import type {StoreHandles} from './handles.js';
import {decodeLease, encodeLease, type LeasePart} from './lease-row.js';
import {type LocatedRecord, locateRecord} from './locate.js';
import {addGroup, takeBits} from './take-bits.js';

/** See `OutboundStore.force`. A record that is inflight is cut out of its lease. */
export const force = async (handles: StoreHandles, id: SegmentId, peerId: PeerId): Promise<boolean> =>
	atomically(handles, changes => {
		const record = locateRecord(handles, id, peerId);
		const state = stateOf(handles, record);
		if (state === 'deadletter') {
			return false;
		}
		nextState(state as 'scheduled', 'force');
		bury(handles, record, state as 'scheduled' | 'failed' | 'inflight', changes);
		return true;
	});

const stateOf = ({overlays}: StoreHandles, {table, entry, peer, part}: LocatedRecord): StateName => {
	switch (part.place) {
		case 'queue':
			return overlays.get(peer)?.isOut(table.block, undefined, entry) ? 'inflight' : 'scheduled';
		case 'held':
			return 'scheduled';
		case 'group':
			return overlays.get(peer)?.isOut(table.block, part.group, entry) ? 'inflight' : part.row.state;
		case 'span':
			return 'acked';
		case 'settled':
			return part.row.acked.has(entry) ? 'acked' : 'satisfied';
	}
};

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
	const place = {group, classNo, block};
	if (state === 'inflight') {
		cutFromLease(handles, peer, place, entry);
	}
	const from = takeBits(handles, peer, place, bits);
	const now = handles.clock.now();
	addGroup(handles, peer, block, {
		bits,
		classNo,
		charged: from?.charged ?? 0,
		abandons: from?.abandons ?? 0,
		changedAt: now,
		putBackBy: 0,
		isExpiryWaived: from?.isExpiryWaived ?? false,
		attempts: from?.attempts ?? [],
		state: 'deadletter',
		reason: 'FORCED',
		diedAt: now,
	});
	changes.add(peer, state, -1);
	changes.add(peer, 'deadletter', 1);
	changes.add(peer, deadCounter('FORCED'), 1);
	changes.add(peer, 'waitingBytes', -table.payloadBytesOf(entry));
};

/** The part stays in the lease, perhaps empty, so that the indexes of the answer keep their meaning. */
const cutFromLease = (
	{env}: StoreHandles,
	peer: LocatedRecord['peer'],
	place: Omit<LeasePart, 'bits'>,
	entry: number,
): void => {
	for (const {key, value} of env.leases.getRange({start: [peer], end: [peer, '\uffff']})) {
		const lease = decodeLease(value);
		const at = lease.parts.findIndex(
			({group, block, bits}) => block === place.block && group === place.group && bits.has(entry),
		);
		const part = lease.parts[at];
		if (part !== undefined) {
			const rest = part.bits.without(Bits.of(part.bits.size, entry));
			put(env.leases, key, encodeLease({...lease, parts: lease.parts.with(at, {...part, bits: rest})}));
			return;
		}
	}
};
