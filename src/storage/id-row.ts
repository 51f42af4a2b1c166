import type {BlockNo, EntryNo} from '../outbound/units.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** Where the segment of a given id is: u64 block, u16 entry, 8 bytes of its SHA-256. */
export type IdRow = {readonly block: BlockNo; readonly entry: EntryNo; readonly digestPrefix: Buffer};
export const DIGEST_PREFIX_BYTES = 8;

export const encodeId = ({block, entry, digestPrefix}: IdRow): Buffer =>
	new RowWriter(18).u64(block).u16(entry).bytes(digestPrefix.subarray(0, DIGEST_PREFIX_BYTES)).done();

export const decodeId = (bytes: Buffer): IdRow => {
	const reader = new RowReader(bytes);
	return {
		block: reader.u64() as BlockNo,
		entry: reader.u16() as EntryNo,
		digestPrefix: reader.bytes(DIGEST_PREFIX_BYTES),
	};
};
