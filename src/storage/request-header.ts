import {crc32} from 'node:zlib';
import {MAX_METADATA_BYTES} from './entry-metadata.js';
import {ENTRY_RECORD_BYTES, MAX_STORES, STORE_ID_BYTES} from './entry-record.js';

/** The numbers of a request's header (format: request-codec.ts). */
export type RequestHeader = {
	readonly storeCount: number;
	readonly entryCount: number;
	readonly metadataBytes: number;
	readonly payloadBytes: number;
};

export const HEADER_BYTES = 36;
export const MAX_REQUEST_ENTRIES = 65_536;

const MAGIC = 0x51_52_44_45; // "EDRQ"
const VERSION = 1;
const AT = {
	magic: 0,
	version: 4,
	storeCount: 5,
	flags: 6,
	entryCount: 8,
	metadataBytes: 12,
	payloadBytes: 16,
	reserved16: 22,
	reserved64: 24,
	crc32: 32,
} as const;
const U48_BYTES = 6;

export const recordsStart = (storeCount: number): number => HEADER_BYTES + storeCount * STORE_ID_BYTES;
export const metadataStart = ({storeCount, entryCount}: RequestHeader): number =>
	recordsStart(storeCount) + entryCount * ENTRY_RECORD_BYTES;
/** Where the payloads begin. */
export const headBytes = (header: RequestHeader): number => metadataStart(header) + header.metadataBytes;

/** The largest head that `entryCount` entries can need. */
export const maxHeadBytes = (entryCount: number): number =>
	recordsStart(MAX_STORES) + entryCount * (ENTRY_RECORD_BYTES + MAX_METADATA_BYTES);

/** Writes the header into a head that is otherwise complete: its checksum covers all of it. */
export const sealHead = (head: Buffer, header: RequestHeader): void => {
	head.fill(0, 0, HEADER_BYTES);
	head.writeUInt32LE(MAGIC, AT.magic);
	head.writeUInt8(VERSION, AT.version);
	head.writeUInt8(header.storeCount, AT.storeCount);
	head.writeUInt32LE(header.entryCount, AT.entryCount);
	head.writeUInt32LE(header.metadataBytes, AT.metadataBytes);
	head.writeUIntLE(header.payloadBytes, AT.payloadBytes, U48_BYTES);
	head.writeUInt32LE(headChecksum(head), AT.crc32);
};

/** The header of `bytes`, or what is wrong with it. Lengths are checked against what is there; the checksum covers the head. */
export const readHeader = (bytes: Buffer): RequestHeader | string => {
	if (bytes.length < HEADER_BYTES) {
		return `${bytes.length} bytes are too few for a request`;
	}
	if (bytes.readUInt32LE(AT.magic) !== MAGIC) {
		return 'the body does not begin with EDRQ';
	}
	const version = bytes.readUInt8(AT.version);
	if (version !== VERSION) {
		return `version ${version} of the request format is not known here`;
	}
	const header = {
		storeCount: bytes.readUInt8(AT.storeCount),
		entryCount: bytes.readUInt32LE(AT.entryCount),
		metadataBytes: bytes.readUInt32LE(AT.metadataBytes),
		payloadBytes: bytes.readUIntLE(AT.payloadBytes, U48_BYTES),
	};
	if (header.entryCount > MAX_REQUEST_ENTRIES) {
		return `${header.entryCount} entries are more than ${MAX_REQUEST_ENTRIES}`;
	}
	const head = headBytes(header);
	if (head + header.payloadBytes !== bytes.length) {
		return `the header announces ${head + header.payloadBytes} bytes, there are ${bytes.length}`;
	}
	if (bytes.readUInt32LE(AT.crc32) !== headChecksum(bytes.subarray(0, head))) {
		return 'the checksum of the head does not match';
	}
	return reservedIsZero(bytes) ? header : 'flags or reserved bytes of the header are not 0';
};

const headChecksum = (head: Buffer): number =>
	crc32(head.subarray(HEADER_BYTES), crc32(head.subarray(0, AT.crc32)));

const reservedIsZero = (bytes: Buffer): boolean =>
	bytes.readUInt16LE(AT.flags) === 0 &&
	bytes.readUInt16LE(AT.reserved16) === 0 &&
	bytes.readBigUInt64LE(AT.reserved64) === 0n;
