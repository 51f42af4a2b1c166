import {Bits} from './bits.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** The value of a `queue` row: one bitmap. */
export const encodeBits = (bits: Bits): Buffer => new RowWriter(4 + bits.byteLength).bits(bits).done();

export const decodeBits = (row: Buffer): Bits => new RowReader(row).bits();

/** `encodeBits(Bits.full(size))`, without making the set. The result is shared: do not change it. */
export const encodeFullBits = (size: number): Buffer => {
	let row = fullRows.get(size);
	if (row === undefined) {
		row = encodeBits(Bits.full(size));
		fullRows.set(size, row);
	}
	return row;
};

const fullRows = new Map<number, Buffer>();
