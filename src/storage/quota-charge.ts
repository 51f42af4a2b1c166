import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {WireOverhead} from './store.js';

/** For a transport that does not say: what the widest comes to, an `http` request with labels in its headers. */
export const WIDEST: WireOverhead = {perLease: 1024, perEntry: 1024, perMetadataByte: 9};
/** Records of TLS, and chunks. */
const RECORDS_SHARE = 32;

/** What the entries in `bits` come to on the wire at most, without what the lease itself does. */
export const chargeOf = (table: BlockTable, bits: Bits, overhead: WireOverhead): number => {
	if (!bits.isFull()) {
		let sum = 0;
		for (const entry of bits) {
			sum += entryCharge(table, entry, overhead);
		}
		return sum;
	}
	const {payloadBytes, count, metadataBytes} = table;
	return charge({payloadBytes, entries: count, metadataBytes}, overhead);
};

export const entryCharge = (table: BlockTable, entry: number, overhead: WireOverhead): number =>
	charge(
		{
			payloadBytes: table.payloadBytesOf(entry),
			entries: 1,
			metadataBytes: table.metadataBytesOf(entry).length,
		},
		overhead,
	);

type Measures = {
	readonly payloadBytes: number;
	readonly entries: number;
	readonly metadataBytes: number;
};

export const charge = (
	{payloadBytes, entries, metadataBytes}: Measures,
	{perEntry, perMetadataByte}: WireOverhead,
): number =>
	payloadBytes +
	Math.ceil(payloadBytes / RECORDS_SHARE) +
	entries * (perEntry + 1) +
	metadataBytes * perMetadataByte;

/** The first of `bits` that `left` bytes pay for, perhaps none; `bits` itself when all are. */
export const affordable = (table: BlockTable, bits: Bits, left: number, overhead: WireOverhead): Bits => {
	if (left === Number.POSITIVE_INFINITY || chargeOf(table, bits, overhead) <= left) {
		return bits;
	}
	const paid = Bits.empty(bits.size);
	let rest = left;
	for (const entry of bits) {
		rest -= entryCharge(table, entry, overhead);
		if (rest < 0) {
			break;
		}
		paid.add(entry);
	}
	return paid;
};
