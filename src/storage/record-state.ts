import type {Key} from 'lmdb';
import type {StateName} from '../outbound/transitions.js';
import type {StoreHandles} from './handles.js';
import {END} from './layout.js';
import {decodeLease, type LeaseRow} from './lease-row.js';
import type {LocatedRecord} from './locate.js';

/** The lease that holds a record: its row, and which of its parts does. */
export type HoldingLease = {readonly key: Key; readonly row: LeaseRow; readonly at: number};

/**
 * Inside a body. The overlay alone does not tell: it forgets a lease only once the settlement is on disk, and by then other bodies
 * may have seen what the settlement did.
 */
export const holdingLease = (
	{env, overlays}: StoreHandles,
	{table, entry, peer, part}: LocatedRecord,
): HoldingLease | undefined => {
	const group = part.place === 'group' ? part.group : undefined;
	if (!overlays.get(peer)?.isOut(table.block, group, entry)) {
		return undefined;
	}
	for (const {key, value} of env.leases.getRange({start: [peer], end: [peer, END]})) {
		const row = decodeLease(value);
		const at = row.parts.findIndex(
			leased => leased.block === table.block && leased.group === group && leased.bits.has(entry),
		);
		if (at >= 0) {
			return {key, row, at};
		}
	}
	return undefined;
};

/** Inside a body: the state of a record, given the lease that holds it. */
export const stateOf = ({entry, part}: LocatedRecord, lease: HoldingLease | undefined): StateName => {
	switch (part.place) {
		case 'queue':
			return lease === undefined ? 'scheduled' : 'inflight';
		case 'group':
			return lease === undefined ? part.row.state : 'inflight';
		case 'span':
			return part.row.fate;
		case 'settled':
			return part.row.acked.has(entry) ? 'acked' : 'satisfied';
	}
};
