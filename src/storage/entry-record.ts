import {hash} from 'node:crypto';
import {crc32} from 'node:zlib';
import type {StoreId} from '../outbound/made-id.js';
import type {ClassNo} from '../outbound/priorities.js';

/**
 * One entry of a block table or of a request: 64 bytes, little-endian. Version 1.
 *
 * | offset | type    | field                                                                              |
 * |-------:|---------|------------------------------------------------------------------------------------|
 * |      0 | u32     | payload bytes                                                                      |
 * |      4 | u32     | CRC-32 of the payload (zlib polynomial)                                            |
 * |      8 | 32 B    | SHA-256 of the payload                                                             |
 * |     40 | u48     | block number of the made id; 0 when the id was given by a producer                 |
 * |     46 | u16     | entry number of the made id                                                        |
 * |     48 | u48     | in a block: expiry on the age clock, ms; in a request: remaining lifetime, ms; 0 = none |
 * |     54 | u16     | bytes of metadata; 0 = none                                                        |
 * |     56 | u32     | offset of the metadata in the metadata area                                        |
 * |     60 | u8      | flags, see `FLAG_*`                                                                |
 * |     61 | u8      | priority class, 0-3                                                                |
 * |     62 | u8      | index of the made id's store in the store list                                     |
 * |     63 | u8      | hops: how many edged had it before the one that wrote this                         |
 *
 * The metadata of an entry (entry-metadata.ts) holds its given id, content type and labels. In a request made by a producer the
 * block number may be 0 without a given id: the receiver makes the id.
 */
export const ENTRY_RECORD_BYTES = 64;

export const OFFSET = {
	payloadBytes: 0,
	crc32: 4,
	sha256: 8,
	madeBlock: 40,
	madeEntry: 46,
	lifetime: 48,
	metadataBytes: 54,
	metadataOffset: 56,
	flags: 60,
	classNo: 61,
	storeIndex: 62,
	hops: 63,
} as const;

export const SHA256_BYTES = 32;
/** A record begins with all that follows from the payload: its size, CRC-32 and SHA-256. */
export const PAYLOAD_FIELDS_BYTES = OFFSET.madeBlock;
/** The metadata begins with a given id. */
export const FLAG_GIVEN_ID = 1;

/** Width of `madeBlock` and `lifetime`. */
export const U48_BYTES = 6;
export const U48_MAX = 2 ** 48 - 1;

export type EntryFields = {
	readonly payloadBytes: number;
	readonly crc32: number;
	/** 32 bytes; copied. */
	readonly sha256: Uint8Array;
	readonly madeBlock: number;
	readonly madeEntry: number;
	readonly lifetime: number;
	readonly metadataBytes: number;
	readonly metadataOffset: number;
	readonly flags: number;
	readonly classNo: ClassNo;
	readonly storeIndex: number;
	readonly hops: number;
};

/** The fields that do not follow from the payload. */
export type EntryCircumstances = Omit<EntryFields, 'payloadBytes' | 'crc32' | 'sha256'>;

/** Writes one record at `at`. The caller has checked the ranges; a value that does not fit throws `RangeError`. */
export const writeEntryRecord = (target: Buffer, at: number, fields: EntryFields): void => {
	target.writeUInt32LE(fields.payloadBytes, at + OFFSET.payloadBytes);
	target.writeUInt32LE(fields.crc32, at + OFFSET.crc32);
	target.set(fields.sha256, at + OFFSET.sha256);
	writeCircumstances(target, at, fields);
};

/** What is known of a payload already. */
export type KnownOfPayload = {
	readonly sha256?: Uint8Array | undefined;
	readonly crc32?: number | undefined;
};

/** Of `payload` what a record at `at` begins with; hashes it unless that is known. */
export const writePayloadFields = (
	target: Buffer,
	at: number,
	payload: Uint8Array,
	known: KnownOfPayload,
): void => {
	target.writeUInt32LE(payload.length, at + OFFSET.payloadBytes);
	target.writeUInt32LE(known.crc32 ?? crc32(payload), at + OFFSET.crc32);
	if (known.sha256 === undefined) {
		// By way of a string: `hash` makes one in half the time that it takes for a buffer.
		target.write(hash('sha256', payload, 'binary'), at + OFFSET.sha256, 'latin1');
	} else {
		target.set(known.sha256, at + OFFSET.sha256);
	}
};

export const writeCircumstances = (target: Buffer, at: number, fields: EntryCircumstances): void => {
	target.writeUIntLE(fields.madeBlock, at + OFFSET.madeBlock, U48_BYTES);
	target.writeUInt16LE(fields.madeEntry, at + OFFSET.madeEntry);
	target.writeUIntLE(fields.lifetime, at + OFFSET.lifetime, U48_BYTES);
	target.writeUInt16LE(fields.metadataBytes, at + OFFSET.metadataBytes);
	target.writeUInt32LE(fields.metadataOffset, at + OFFSET.metadataOffset);
	target.writeUInt8(fields.flags, at + OFFSET.flags);
	target.writeUInt8(fields.classNo, at + OFFSET.classNo);
	target.writeUInt8(fields.storeIndex, at + OFFSET.storeIndex);
	target.writeUInt8(fields.hops, at + OFFSET.hops);
};

/** Reads one record at `at`. `sha256` is a view, not a copy. The class is masked to two bits: check it before trusting it. */
export const readEntryRecord = (source: Buffer, at: number): EntryFields => ({
	payloadBytes: source.readUInt32LE(at + OFFSET.payloadBytes),
	crc32: source.readUInt32LE(at + OFFSET.crc32),
	sha256: source.subarray(at + OFFSET.sha256, at + OFFSET.sha256 + SHA256_BYTES),
	madeBlock: source.readUIntLE(at + OFFSET.madeBlock, U48_BYTES),
	madeEntry: source.readUInt16LE(at + OFFSET.madeEntry),
	lifetime: source.readUIntLE(at + OFFSET.lifetime, U48_BYTES),
	metadataBytes: source.readUInt16LE(at + OFFSET.metadataBytes),
	metadataOffset: source.readUInt32LE(at + OFFSET.metadataOffset),
	flags: source.readUInt8(at + OFFSET.flags),
	classNo: (source.readUInt8(at + OFFSET.classNo) & 3) as ClassNo,
	storeIndex: source.readUInt8(at + OFFSET.storeIndex),
	hops: source.readUInt8(at + OFFSET.hops),
});

/** A store id in a store list: u64 little-endian. */
export const STORE_ID_BYTES = 8;
export const MAX_STORES = 255;

export const writeStoreId = (target: Buffer, at: number, store: StoreId): void => {
	writeU64(target, at, store);
};

export const readStoreId = (source: Buffer, at: number): StoreId => readU64(source, at) as StoreId;

const U32_RANGE = 2 ** 32;

/** For numbers that are safe integers, as all of ours are; several times as fast as by way of a BigInt. */
export const writeU64 = (target: Buffer, at: number, value: number): void => {
	target.writeUInt32LE(value % U32_RANGE, at);
	target.writeUInt32LE(Math.floor(value / U32_RANGE), at + 4);
};

export const readU64 = (source: Buffer, at: number): number =>
	source.readUInt32LE(at) + source.readUInt32LE(at + 4) * U32_RANGE;
