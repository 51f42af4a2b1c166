import type {BlockNo, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {Bits} from './bits.js';
import type {StoreHandles} from './handles.js';
import {END, type LeaseKey} from './layout.js';
import {overlayOf} from './lease-records.js';
import {decodeLease, encodeLease} from './lease-row.js';

/**
 * Inside a body: takes a block out of all leases of `peer`, as `force` does with one record; the parts stay, empty, so that the
 * indexes of the answer keep their meaning. What of it was leased, by group (0 = queue).
 */
export const cutBlock = (handles: StoreHandles, peer: PeerNo, block: BlockNo): ReadonlyMap<number, Bits> => {
	const {env} = handles;
	const cut = new Map<number, Bits>();
	for (const {key, value} of [...env.leases.getRange({start: [peer], end: [peer, END]})]) {
		const lease = decodeLease(value);
		if (lease.parts.some(part => part.block === block && !part.bits.isEmpty())) {
			const parts = lease.parts.map((part, at) => {
				if (part.block !== block) {
					return part;
				}
				const place = part.group ?? 0;
				cut.set(place, cut.get(place)?.or(part.bits) ?? part.bits);
				overlayOf(handles, peer).noteCut((key as LeaseKey)[1], at, part.bits);
				return {...part, bits: Bits.empty(part.bits.size)};
			});
			put(env.leases, key, encodeLease({...lease, parts}));
		}
	}
	return cut;
};
