import type {StoreId} from '../outbound/made-id.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, EpochMs, PeerNo} from '../outbound/units.js';
import {ENTRY_RECORD_BYTES, STORE_ID_BYTES, U48_BYTES, writeStoreId} from './entry-record.js';
import {SEAL_BYTES, sealOf} from './row-seal.js';

/**
 * The value of a `blocks` row, little-endian. Version 2, or 3 when records of it were moved to other peers: then the table was written
 * anew with who has what.
 *
 * | offset | type  | field                                                       |
 * |-------:|-------|-------------------------------------------------------------|
 * |      0 | u8    | version                                                     |
 * |      1 | u8    | priority class; 128 more: it was imported, and was enqueued elsewhere at `created, wall clock` |
 * |      2 | u16   | number of entries, 1-1024                                   |
 * |      4 | u8    | number of foreign stores                                    |
 * |      5 | u8    | 0; version 3: number of peers in the last area but the CRC  |
 * |      6 | u16   | number of peers in the route                                |
 * |      8 | u48   | created, age clock, ms                                      |
 * |     14 | u48   | created, wall clock, ms since 1970                          |
 * |     20 | u48   | least expiry of its entries, age clock, ms; 0 = none        |
 * |     26 | u48   | payload bytes of all entries                                |
 * |     32 | u32   | bytes of the metadata area                                  |
 * |     36 | u32 each | the route as enqueued: peer numbers, ascending           |
 * |        | u64 each | foreign stores; an entry's store index 0 is this store, n the n-th here |
 * |        | 64 B each | entry records (entry-record.ts)                         |
 * |        | -     | metadata area (entry-metadata.ts)                           |
 * |        | -     | version 3: per peer u32 number, bitmap of the entries that it has no record of (elsewhere.ts) |
 * |        | u32   | CRC-32 of the block number (row-seal.ts) and of all bytes before |
 */
export const VERSION = 2;
export const WITH_MOVES = 3;
export const MOVED_PEERS_AT = 5;
export const HEADER_BYTES = 36;
/** Added to the class. */
export const IMPORTED = 0x80;
const CREATED_AGE_AT = 8;
export const PEER_BYTES = 4;

export type BlockHead = {
	readonly classNo: ClassNo;
	readonly route: readonly PeerNo[];
	readonly createdAge: AgeMs;
	readonly createdAt: EpochMs;
	/** `createdAt` is what an import says: it has nothing to do with `createdAge`. */
	readonly isImported?: boolean;
	/** 0 = none. */
	readonly leastExpiry: number;
	readonly payloadBytes: number;
	readonly stores: readonly StoreId[];
};

/** Joins the parts of a table; `records` holds whole entry records. */
export const encodeBlockTable = (
	block: BlockNo,
	head: BlockHead,
	records: Buffer,
	metadata: readonly Buffer[],
): Buffer => {
	const metadataBytes = metadata.reduce((sum, part) => sum + part.length, 0);
	const recordsAt = HEADER_BYTES + head.route.length * PEER_BYTES + head.stores.length * STORE_ID_BYTES;
	const bytes = Buffer.allocUnsafe(recordsAt + records.length + metadataBytes + SEAL_BYTES);
	bytes.writeUInt8(VERSION, 0);
	bytes.writeUInt8(head.classNo | (head.isImported === true ? IMPORTED : 0), 1);
	bytes.writeUInt16LE(records.length / ENTRY_RECORD_BYTES, 2);
	bytes.writeUInt8(head.stores.length, 4);
	bytes.writeUInt8(0, 5);
	bytes.writeUInt16LE(head.route.length, 6);
	bytes.writeUIntLE(head.createdAge, CREATED_AGE_AT, U48_BYTES);
	bytes.writeUIntLE(Math.max(0, Math.floor(head.createdAt)), 14, U48_BYTES);
	bytes.writeUIntLE(head.leastExpiry, 20, U48_BYTES);
	bytes.writeUIntLE(head.payloadBytes, 26, U48_BYTES);
	bytes.writeUInt32LE(metadataBytes, 32);
	let at = HEADER_BYTES;
	for (const peer of head.route) {
		at = bytes.writeUInt32LE(peer, at);
	}
	for (const store of head.stores) {
		writeStoreId(bytes, at, store);
		at += STORE_ID_BYTES;
	}
	at += records.copy(bytes, at);
	for (const part of metadata) {
		at += part.copy(bytes, at);
	}
	bytes.writeUInt32LE(sealOf(block, bytes.subarray(0, at)), at);
	return bytes;
};

/** Of an encoded table. */
export const createdAgeOf = (bytes: Buffer): AgeMs => bytes.readUIntLE(CREATED_AGE_AT, U48_BYTES) as AgeMs;
