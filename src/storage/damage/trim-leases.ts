import type {Key} from 'lmdb';
import type {BlockNo, PeerNo} from '../../outbound/units.js';
import {put} from '../atomically.js';
import {Bits} from '../bits.js';
import {decodeBits} from '../bits-row.js';
import {decodeGroup} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {decodeLease, encodeLease, type LeasePart, type LeaseRow} from '../lease-row.js';

/** What a part of a lease names and its place has. */
export const stillThere = (
	{env}: StoreHandles,
	peer: PeerNo,
	{group, classNo, block, bits}: LeasePart,
): Bits => {
	const row =
		group === undefined ? env.queue.get([peer, classNo, block]) : env.groups.get([peer, block, group]);
	const found = row === undefined ? undefined : group === undefined ? decodeBits(row) : decodeGroup(row).bits;
	return found?.size === bits.size ? found.and(bits) : Bits.empty(bits.size);
};

/** A lease that names what is not there: the row under it is gone without a trace. */
type Overhang = {readonly key: Key; readonly row: LeaseRow; readonly blocks: readonly BlockNo[]};

/** Reads the leases of the last run, and every row that they name. */
export const findOverhangs = (handles: StoreHandles): readonly Overhang[] => {
	const found: Overhang[] = [];
	for (const {key, value} of handles.env.leases.getRange()) {
		const row = decodeLease(value);
		const [peer] = key as [PeerNo];
		const parts = row.parts.map(part => ({...part, bits: stillThere(handles, peer, part)}));
		const blocks = row.parts.flatMap(({block, bits}, at) => (parts[at]?.bits.equals(bits) ? [] : [block]));
		if (blocks.length > 0) {
			found.push({key, row: {...row, parts}, blocks});
		}
	}
	return found;
};

/** Inside a body: the leases name what is there, and no more. */
export const trimLeases = ({env}: StoreHandles, overhangs: readonly Overhang[]): void => {
	for (const {key, row} of overhangs) {
		put(env.leases, key, encodeLease(row));
	}
};
