import type {PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** Which peers have what of a block. u8 version, u16 number of peers, then per peer u32 number and a bitmap. */
export type AcksRow = ReadonlyMap<PeerNo, Bits>;

const VERSION = 1;

export const encodeAcks = (row: AcksRow): Buffer => {
	const writer = new RowWriter(64).u8(VERSION).u16(row.size);
	for (const [peer, bits] of row) {
		writer.u32(peer).bits(bits);
	}
	return writer.done();
};

/** Throws for a damaged row, and for one of a later version. */
export const decodeAcks = (bytes: Buffer): AcksRow => {
	const reader = new RowReader(bytes);
	reader.version(VERSION, 'acks row');
	const count = reader.u16();
	const row = new Map<PeerNo, Bits>();
	for (let index = 0; index < count; index++) {
		const peer = reader.u32() as PeerNo;
		row.set(peer, reader.bits());
	}
	return row;
};
