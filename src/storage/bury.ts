import type {DeadletterReason} from '../outbound/attempts.js';
import {type EventName, nextState} from '../outbound/transitions.js';
import type {PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {type CounterChanges, deadCounter} from './counters.js';
import {isHeld, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {PeerPart} from './record-view.js';
import {addGroup, takeBits} from './take-bits.js';

/** A part whose records may be buried: not settled. */
export type OpenPart = Exclude<PeerPart, {place: 'settled' | 'span'}>;

export const isOpenPart = (part: PeerPart): part is OpenPart =>
	part.place === 'queue' || part.place === 'group';

export type Burial = {
	readonly table: BlockTable;
	readonly peer: PeerNo;
	readonly part: OpenPart;
	readonly bits: Bits;
	/** What the records are counted as so far. */
	readonly from: 'scheduled' | 'failed' | 'inflight';
	readonly event: EventName & ('expire' | 'evict' | 'force' | 'quota');
	readonly reason: DeadletterReason;
};

/** Inside a body: `bits` of a part become one dead group, whatever they were, with the history they have. */
export const buryBits = (
	handles: StoreHandles,
	{table, peer, part, bits, from, event, reason}: Burial,
	changes: CounterChanges,
): void => {
	nextState(from as 'scheduled', event);
	const group = part.place === 'group' ? part : undefined;
	const classNo = part.place === 'group' ? part.row.classNo : part.classNo;
	takeBits(handles, peer, {group: group?.group, classNo, block: table.block}, bits);
	const now = handles.clock.now();
	addGroup(handles, peer, table.block, {
		bits,
		classNo,
		charged: group?.row.charged ?? 0,
		abandons: group?.row.abandons ?? 0,
		changedAt: now,
		putBackBy: 0,
		isExpiryWaived: group?.row.isExpiryWaived ?? false,
		...NEVER_HELD,
		attempts: group?.row.attempts ?? [],
		state: 'deadletter',
		reason,
		diedAt: now,
	});
	changes.add(peer, from, -bits.count());
	changes.add(peer, 'held', group !== undefined && isHeld(group.row) ? -bits.count() : 0);
	changes.add(peer, 'deadletter', bits.count());
	changes.add(peer, deadCounter(reason), bits.count());
	changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
};
