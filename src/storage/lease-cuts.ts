import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {Bits} from './bits.js';
import type {StoreHandles} from './handles.js';
import {END, type LeaseKey} from './layout.js';
import {overlayOf} from './lease-records.js';
import {decodeLease, encodeLease, type LeasePart} from './lease-row.js';

type StoredLease = {readonly key: LeaseKey; readonly row: ReturnType<typeof decodeLease>; isCut: boolean};
type StoredPart = {readonly lease: StoredLease; readonly at: number};
type PeerLeases = {
	readonly leases: readonly StoredLease[];
	/** By block and group. */
	readonly parts: ReadonlyMap<string, readonly StoredPart[]>;
};

/**
 * Inside a body: takes records out of the leases as they are stored, so that what is answered for them later changes nothing. A
 * part stays in its lease, perhaps empty: the indexes of the answer keep their meaning. Reads the leases of a peer once, and
 * only when something of it is out.
 */
export class LeaseCuts {
	readonly #handles: StoreHandles;
	readonly #peers = new Map<PeerNo, PeerLeases>();

	constructor(handles: StoreHandles) {
		this.#handles = handles;
	}

	/** Those of `bits` that were in a lease. */
	cut(peer: PeerNo, block: BlockNo, group: GroupNo | undefined, bits: Bits): Bits {
		let found = Bits.empty(bits.size);
		const overlay = overlayOf(this.#handles, peer);
		// What memory takes for leased may have been settled by an earlier body of this commit: the rows decide.
		if (!overlay.isAnyOut(block, group, bits)) {
			return found;
		}
		for (const {lease, at} of this.#leasesOf(peer).parts.get(partName(block, group)) ?? []) {
			const parts = lease.row.parts as LeasePart[];
			const part = parts[at] as LeasePart;
			const cut = part.bits.and(bits);
			if (!cut.isEmpty()) {
				parts[at] = {...part, bits: part.bits.without(cut)};
				lease.isCut = true;
				overlay.noteCut(lease.key[1], at, cut);
				found = found.or(cut);
			}
		}
		return found;
	}

	/** Call once, last. */
	write(): void {
		for (const {leases} of this.#peers.values()) {
			for (const {key, row} of leases.filter(({isCut}) => isCut)) {
				put(this.#handles.env.leases, key, encodeLease(row));
			}
		}
	}

	#leasesOf(peer: PeerNo): PeerLeases {
		const known = this.#peers.get(peer);
		if (known !== undefined) {
			return known;
		}
		const {env} = this.#handles;
		const rows = [...env.leases.getRange({start: [peer], end: [peer, END]})];
		const leases = rows.map(({key, value}) => ({
			key: key as LeaseKey,
			row: decodeLease(value),
			isCut: false,
		}));
		const parts = new Map<string, StoredPart[]>();
		for (const lease of leases) {
			for (const [at, {block, group}] of lease.row.parts.entries()) {
				const name = partName(block, group);
				const same = parts.get(name) ?? [];
				same.push({lease, at});
				parts.set(name, same);
			}
		}
		const read = {leases, parts};
		this.#peers.set(peer, read);
		return read;
	}
}

const partName = (block: BlockNo, group: GroupNo | undefined): string => `${block} ${group ?? ''}`;
