import type {PeerNo} from '../outbound/units.js';
import {type AcksRow, decodeAcks, encodeAcks} from './acks-row.js';
import {put} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';
import {findSpan} from './record-view.js';
import {decodeSettled} from './settled-row.js';

export type Reached = {
	/** Of the entries just acknowledged: those that enough peers have now. */
	readonly now: Bits;
	/** Of those: the ones for which this acknowledgement was the one that sufficed. */
	readonly justNow: Bits;
};

/** Inside a body: counts that `peer` has acknowledged `bits` of the block, and says for which of them `needed` peers have done so. */
export const noteAcks = (
	handles: StoreHandles,
	table: BlockTable,
	{peer, bits, needed}: {readonly peer: PeerNo; readonly bits: Bits; readonly needed: number},
): Reached => {
	const row = new Map(readAcks(handles, table));
	const own = row.get(peer) ?? Bits.empty(table.count);
	const before = atLeast([...row.set(peer, own.without(bits)).values()], needed, table.count);
	const after = atLeast([...row.set(peer, own.or(bits)).values()], needed, table.count);
	put(handles.env.acks, table.block, encodeAcks(row));
	const now = after.and(bits);
	return {now, justNow: now.without(before)};
};

/** What `needed` peers have acknowledged of the block by now. */
export const reachedBy = (handles: StoreHandles, table: BlockTable, needed: number): Bits =>
	atLeast([...readAcks(handles, table).values()], needed, table.count);

/** The members of at least `needed` of the sets. */
export const atLeast = (sets: readonly Bits[], needed: number, size: number): Bits => {
	// in[k]: the members of at least k of the sets looked at so far.
	const inAtLeast = [Bits.full(size), ...Array.from({length: needed}, () => Bits.empty(size))];
	for (const set of sets) {
		for (let count = needed; count > 0; count--) {
			const fewer = inAtLeast[count - 1] as Bits;
			inAtLeast[count] = (inAtLeast[count] as Bits).or(fewer.and(set));
		}
	}
	return inAtLeast[needed] as Bits;
};

/** Who has acknowledged what of the block. For one that is older than the condition: as far as proofs of it are still kept. */
const readAcks = (handles: StoreHandles, table: BlockTable): AcksRow => {
	const saved = handles.env.acks.get(table.block);
	if (saved !== undefined) {
		return decodeAcks(saved);
	}
	return table.block < handles.acksSince ? provenAcks(handles, table) : new Map<PeerNo, Bits>();
};

export const provenAcks = (handles: StoreHandles, table: BlockTable): AcksRow => {
	const row = new Map<PeerNo, Bits>();
	for (const peer of table.route) {
		const settled = handles.env.settled.get([peer, table.block]);
		const span = findSpan(handles, peer, table.block);
		const some = settled === undefined ? Bits.empty(table.count) : decodeSettled(settled).acked;
		const acked = span?.row.fate === 'acked' ? Bits.full(table.count) : some;
		if (!acked.isEmpty()) {
			row.set(peer, acked);
		}
	}
	return row;
};

/** Of records that are settled and whose row is lost: which of them `peer` has acknowledged, and which others were enough for. */
export const tellApart = (
	handles: StoreHandles,
	table: BlockTable,
	peer: PeerNo,
	bits: Bits,
): {readonly acked: Bits; readonly satisfied: Bits} => {
	const saved = handles.env.acks.get(table.block);
	if (saved === undefined) {
		return {acked: bits, satisfied: Bits.empty(table.count)};
	}
	const acked = bits.and(decodeAcks(saved).get(peer) ?? Bits.empty(table.count));
	return {acked, satisfied: bits.without(acked)};
};
