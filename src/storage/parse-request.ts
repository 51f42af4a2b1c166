import {hash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {ADDRESS_NUMBER_LIMIT, parseMadeId, type StoreId} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo, EntryNo} from '../outbound/units.js';
import {decodeMetadata, type EntryMetadata, MAX_METADATA_BYTES, NO_METADATA} from './entry-metadata.js';
import {
	ENTRY_RECORD_BYTES,
	type EntryFields,
	FLAG_GIVEN_ID,
	OFFSET,
	readEntryRecord,
	readStoreId,
	SHA256_BYTES,
	STORE_ID_BYTES,
	U48_BYTES,
	U48_MAX,
} from './entry-record.js';
import {
	HEADER_BYTES,
	headBytes,
	metadataStart,
	type RequestHeader,
	readHeader,
	recordsStart,
} from './request-header.js';
import type {SegmentIdentity, VerifiedRecord} from './store.js';

/** The bytes are no request; nothing of them may be used. */
export type RequestFault = {readonly kind: 'fault'; readonly message: string};
export type RequestLimits = {readonly maxEntries: number};
/** Why the payload of an entry must not be used: it is not what the sender hashed. */
export type EntryFault = 'crc32' | 'sha256';

/**
 * Reads a request of untrusted bytes. What it accepts is safe to walk: every length, offset, class and address is in range. It
 * does not look at payloads (`verifyEntry` does) and decodes metadata when asked. The result is a view: `bytes` must not change.
 */
export const parseRequest = (bytes: Buffer, {maxEntries}: RequestLimits): ParsedRequest | RequestFault => {
	const header = readHeader(bytes);
	if (typeof header === 'string') {
		return {kind: 'fault', message: header};
	}
	if (header.entryCount > maxEntries) {
		return {
			kind: 'fault',
			message: `${header.entryCount} entries are more than the ${maxEntries} allowed here`,
		};
	}
	const message = storeFault(bytes, header) ?? recordsFault(bytes, header);
	return message === undefined ? new ParsedRequest(bytes, header) : {kind: 'fault', message};
};

/** A request that was found well-formed. Made by `parseRequest` only. */
export class ParsedRequest {
	readonly kind = 'request';
	readonly entryCount: number;
	/** Of all entries together. */
	readonly payloadBytes: number;
	/** What the answer must name: lower-case hex SHA-256 of the head. */
	readonly digest: string;
	readonly #bytes: Buffer;
	readonly #stores: readonly StoreId[];
	readonly #recordsAt: number;
	readonly #metadataAt: number;
	/** Where each payload begins. */
	readonly #payloadsAt: Float64Array;

	constructor(bytes: Buffer, header: RequestHeader) {
		this.entryCount = header.entryCount;
		this.payloadBytes = header.payloadBytes;
		this.#bytes = bytes;
		this.#stores = Array.from({length: header.storeCount}, (_, index) =>
			readStoreId(bytes, HEADER_BYTES + index * STORE_ID_BYTES),
		);
		this.#recordsAt = recordsStart(header.storeCount);
		this.#metadataAt = metadataStart(header);
		this.#payloadsAt = new Float64Array(header.entryCount);
		let at = headBytes(header);
		this.digest = hash('sha256', bytes.subarray(0, at), 'hex');
		for (let index = 0; index < header.entryCount; index++) {
			this.#payloadsAt[index] = at;
			at += this.payloadSize(index);
		}
	}

	/** The record as it stands; its SHA-256 is a view. */
	fields(index: number): EntryFields {
		return readEntryRecord(this.#bytes, this.#recordAt(index));
	}

	/** The same, unread. It is a verified one once `verifyEntry` has found no fault. */
	record(index: number): VerifiedRecord {
		return {bytes: this.#bytes, at: this.#recordAt(index)};
	}

	classNo(index: number): ClassNo {
		return this.#bytes.readUInt8(this.#recordAt(index) + OFFSET.classNo) as ClassNo;
	}

	/** How many edged had it before the sender. */
	hops(index: number): number {
		return this.#bytes.readUInt8(this.#recordAt(index) + OFFSET.hops);
	}

	/** What remains of its life in ms; 0 = for ever. */
	lifetime(index: number): number {
		return this.#bytes.readUIntLE(this.#recordAt(index) + OFFSET.lifetime, U48_BYTES);
	}

	payloadSize(index: number): number {
		return this.#bytes.readUInt32LE(this.#recordAt(index) + OFFSET.payloadBytes);
	}

	/** A view of the payload, unverified. */
	payload(index: number): Buffer {
		const at = this.#payloadsAt[index] ?? 0;
		return this.#bytes.subarray(at, at + this.payloadSize(index));
	}

	/** What is wrong with the payload; `undefined` when its CRC-32 and its SHA-256 are those of the record. Hashes: call it once. */
	verifyEntry(index: number, payload: Buffer = this.payload(index)): EntryFault | undefined {
		const at = this.#recordAt(index);
		if (crc32(payload) !== this.#bytes.readUInt32LE(at + OFFSET.crc32)) {
			return 'crc32';
		}
		const shaAt = at + OFFSET.sha256;
		const expected = this.#bytes.toString('latin1', shaAt, shaAt + SHA256_BYTES);
		return hash('sha256', payload, 'binary') === expected ? undefined : 'sha256';
	}

	/** `undefined` when the metadata is out of form, or has a given id where the record says none, or the other way round. */
	metadata(index: number): EntryMetadata | undefined {
		const at = this.#recordAt(index);
		const hasGivenId = (this.#bytes.readUInt8(at + OFFSET.flags) & FLAG_GIVEN_ID) !== 0;
		const length = this.#bytes.readUInt16LE(at + OFFSET.metadataBytes);
		if (length === 0) {
			return hasGivenId ? undefined : NO_METADATA;
		}
		const start = this.#metadataAt + this.#bytes.readUInt32LE(at + OFFSET.metadataOffset);
		const metadata = decodeMetadata(this.#bytes.subarray(start, start + length));
		return metadata !== undefined && (metadata.givenId !== undefined) === hasGivenId ? metadata : undefined;
	}

	/** Who the segment is, `undefined` as in `identityOf`. Takes the entry's `metadata`, which its caller has decoded anyway. */
	identity(index: number, {givenId}: EntryMetadata): SegmentIdentity | undefined {
		if (givenId !== undefined) {
			return identityOf(givenId);
		}
		const at = this.#recordAt(index);
		const block = this.#bytes.readUIntLE(at + OFFSET.madeBlock, U48_BYTES);
		if (block === 0) {
			return MADE;
		}
		const storeIndex = this.#bytes.readUInt8(at + OFFSET.storeIndex);
		return {
			kind: 'foreign',
			address: {
				store: this.#stores[storeIndex] as StoreId,
				block: block as BlockNo,
				entry: this.#bytes.readUInt16LE(at + OFFSET.madeEntry) as EntryNo,
			},
		};
	}

	#recordAt(index: number): number {
		if (!(index >= 0 && index < this.entryCount)) {
			throw new RangeError(`The request has no entry ${index}`);
		}
		return this.#recordsAt + index * ENTRY_RECORD_BYTES;
	}
}

const MADE: SegmentIdentity = {kind: 'made'};

/** Exclusive: a made id has two base32 digits for it. */
const MADE_ENTRY_LIMIT = 32 ** 2;

/** Whoever brings an id of the made form means that address. `undefined` for one that no edged can have made. */
export const identityOf = (id: SegmentId): SegmentIdentity | undefined => {
	const address = parseMadeId(id);
	if (address === undefined) {
		return {kind: 'given', id};
	}
	return address.block > 0 && address.block <= U48_MAX ? {kind: 'foreign', address} : undefined;
};

const storeFault = (bytes: Buffer, {storeCount}: RequestHeader): string | undefined => {
	for (let index = 0; index < storeCount; index++) {
		if (readStoreId(bytes, HEADER_BYTES + index * STORE_ID_BYTES) >= ADDRESS_NUMBER_LIMIT) {
			return `store id ${index} is out of range`;
		}
	}
	return undefined;
};

const recordsFault = (bytes: Buffer, header: RequestHeader): string | undefined => {
	let at = recordsStart(header.storeCount);
	let payloadBytes = 0;
	for (let index = 0; index < header.entryCount; index++, at += ENTRY_RECORD_BYTES) {
		const fault = recordFault(bytes, at, header);
		if (fault !== undefined) {
			return `entry ${index}: ${fault}`;
		}
		payloadBytes += bytes.readUInt32LE(at + OFFSET.payloadBytes);
	}
	return payloadBytes === header.payloadBytes
		? undefined
		: `the payloads of the entries are ${payloadBytes} bytes, those of the request ${header.payloadBytes}`;
};

const recordFault = (bytes: Buffer, at: number, header: RequestHeader): string | undefined => {
	const metadataBytes = bytes.readUInt16LE(at + OFFSET.metadataBytes);
	const flags = bytes.readUInt8(at + OFFSET.flags);
	if ((flags & ~FLAG_GIVEN_ID) !== 0) {
		return `flags ${flags} are not known here`;
	}
	if (bytes.readUInt8(at + OFFSET.classNo) > 3) {
		return 'the priority class is above 3';
	}
	if (metadataBytes > MAX_METADATA_BYTES) {
		return `${metadataBytes} bytes of metadata are more than ${MAX_METADATA_BYTES}`;
	}
	if (
		metadataBytes > 0 &&
		bytes.readUInt32LE(at + OFFSET.metadataOffset) + metadataBytes > header.metadataBytes
	) {
		return 'the metadata lies outside its area';
	}
	if (bytes.readUIntLE(at + OFFSET.madeBlock, U48_BYTES) === 0) {
		return undefined;
	}
	if ((flags & FLAG_GIVEN_ID) !== 0) {
		return 'it has a given id and a made one';
	}
	if (bytes.readUInt8(at + OFFSET.storeIndex) >= header.storeCount) {
		return 'its store is not in the list of stores';
	}
	return bytes.readUInt16LE(at + OFFSET.madeEntry) < MADE_ENTRY_LIMIT
		? undefined
		: 'its entry number is out of range';
};
