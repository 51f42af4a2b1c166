import {ADDRESS_NUMBER_LIMIT, formatMadeId, type SegmentAddress, type StoreId} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, EntryNo, EpochMs, PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {decodeMetadata, type EntryMetadata, NO_METADATA} from './entry-metadata.js';
import {
	ENTRY_RECORD_BYTES,
	OFFSET,
	readStoreId,
	SHA256_BYTES,
	STORE_ID_BYTES,
	U48_BYTES,
	writeStoreId,
} from './entry-record.js';
import {MAX_BLOCK_ENTRIES} from './layout.js';
import {DamagedRowError} from './row-reader.js';
import {SEAL_BYTES, sealOf} from './row-seal.js';

/**
 * The value of a `blocks` row, little-endian. Version 2.
 *
 * | offset | type  | field                                                       |
 * |-------:|-------|-------------------------------------------------------------|
 * |      0 | u8    | version                                                     |
 * |      1 | u8    | priority class                                              |
 * |      2 | u16   | number of entries, 1-1024                                   |
 * |      4 | u8    | number of foreign stores                                    |
 * |      5 | u8    | 0                                                           |
 * |      6 | u16   | number of peers in the route                                |
 * |      8 | u48   | created, age clock, ms                                      |
 * |     14 | u48   | created, wall clock, ms since 1970                          |
 * |     20 | u48   | least expiry of its entries, age clock, ms; 0 = none        |
 * |     26 | u48   | payload bytes of all entries                                |
 * |     32 | u32   | bytes of the metadata area                                  |
 * |     36 | u32 each | the route: peer numbers, ascending                       |
 * |        | u64 each | foreign stores; an entry's store index 0 is this store, n the n-th here |
 * |        | 64 B each | entry records (entry-record.ts)                         |
 * |        | -     | metadata area (entry-metadata.ts)                           |
 * |        | u32   | CRC-32 of the block number (row-seal.ts) and of all bytes before |
 */
const VERSION = 2;
const HEADER_BYTES = 36;
const CREATED_AGE_AT = 8;
const PEER_BYTES = 4;

export type BlockHead = {
	readonly classNo: ClassNo;
	readonly route: readonly PeerNo[];
	readonly createdAge: AgeMs;
	readonly createdAt: EpochMs;
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
	bytes.writeUInt8(head.classNo, 1);
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

/** A decoded view on a `blocks` row; entries are read on demand. Keeps the row's bytes alive. */
export class BlockTable {
	readonly block: BlockNo;
	readonly count: number;
	readonly classNo: ClassNo;
	readonly createdAge: AgeMs;
	readonly createdAt: EpochMs;
	readonly leastExpiry: number;
	readonly payloadBytes: number;
	readonly metadataBytes: number;
	readonly #bytes: Buffer;
	readonly #ownStore: StoreId;
	readonly #storesAt: number;
	readonly #recordsAt: number;

	/** Throws `DamagedRowError` when the row is not one. `verifyChecksum` reads every byte. */
	constructor(block: BlockNo, bytes: Buffer, ownStore: StoreId) {
		if (bytes.length < HEADER_BYTES + SEAL_BYTES || bytes.readUInt8(0) !== VERSION) {
			throw new DamagedRowError(`block ${block}: no table of version ${VERSION}`);
		}
		this.block = block;
		this.#bytes = bytes;
		this.#ownStore = ownStore;
		this.classNo = (bytes.readUInt8(1) & 3) as ClassNo;
		this.count = bytes.readUInt16LE(2);
		this.createdAge = createdAgeOf(bytes);
		this.createdAt = bytes.readUIntLE(14, U48_BYTES) as EpochMs;
		this.leastExpiry = bytes.readUIntLE(20, U48_BYTES);
		this.payloadBytes = bytes.readUIntLE(26, U48_BYTES);
		this.metadataBytes = bytes.readUInt32LE(32);
		this.#storesAt = HEADER_BYTES + bytes.readUInt16LE(6) * PEER_BYTES;
		this.#recordsAt = this.#storesAt + bytes.readUInt8(4) * STORE_ID_BYTES;
		const end = this.#recordsAt + this.count * ENTRY_RECORD_BYTES + this.metadataBytes + SEAL_BYTES;
		if (end !== bytes.length || this.count === 0) {
			throw new DamagedRowError(`block ${block}: ${bytes.length} bytes where its head says ${end}`);
		}
	}

	get byteLength(): number {
		return this.#bytes.length;
	}

	/** True when the table is what was written. */
	verifyChecksum(): boolean {
		const end = this.#bytes.length - SEAL_BYTES;
		return sealOf(this.block, this.#bytes.subarray(0, end)) === this.#bytes.readUInt32LE(end);
	}

	get route(): readonly PeerNo[] {
		const peers: PeerNo[] = [];
		for (let at = HEADER_BYTES; at < this.#storesAt; at += PEER_BYTES) {
			peers.push(this.#bytes.readUInt32LE(at) as PeerNo);
		}
		return peers;
	}

	/** Is `peer` the whole route? */
	isOnlyFor(peer: PeerNo): boolean {
		return this.#bytes.readUInt16LE(6) === 1 && this.#bytes.readUInt32LE(HEADER_BYTES) === peer;
	}

	get stores(): readonly StoreId[] {
		const stores: StoreId[] = [];
		for (let at = this.#storesAt; at < this.#recordsAt; at += STORE_ID_BYTES) {
			stores.push(readStoreId(this.#bytes, at));
		}
		return stores;
	}

	/** The records of entries `first` to `last`, as bytes. */
	records(first: number, last: number): Buffer {
		return this.#bytes.subarray(this.#at(first), this.#at(last) + ENTRY_RECORD_BYTES);
	}

	/** The metadata of all entries, as bytes, in their order. */
	get metadataArea(): Buffer {
		const start = this.#recordsAt + this.count * ENTRY_RECORD_BYTES;
		return this.#bytes.subarray(start, start + this.metadataBytes);
	}

	payloadBytesOf(entry: number): number {
		return this.#bytes.readUInt32LE(this.#at(entry) + OFFSET.payloadBytes);
	}

	crc32Of(entry: number): number {
		return this.#bytes.readUInt32LE(this.#at(entry) + OFFSET.crc32);
	}

	/** A view, not a copy. */
	sha256Of(entry: number): Buffer {
		const at = this.#at(entry) + OFFSET.sha256;
		return this.#bytes.subarray(at, at + SHA256_BYTES);
	}

	/** Expiry on the age clock; 0 = none. */
	expiryOf(entry: number): number {
		return this.#bytes.readUIntLE(this.#at(entry) + OFFSET.lifetime, U48_BYTES);
	}

	hopsOf(entry: number): number {
		return this.#bytes.readUInt8(this.#at(entry) + OFFSET.hops);
	}

	/** Where the segment was first made; `undefined` when a producer gave its id. */
	addressOf(entry: number): SegmentAddress | undefined {
		const at = this.#at(entry);
		const block = this.#bytes.readUIntLE(at + OFFSET.madeBlock, U48_BYTES);
		if (block === 0) {
			return undefined;
		}
		const store = this.#storeAt(this.#bytes.readUInt8(at + OFFSET.storeIndex));
		const made = this.#bytes.readUInt16LE(at + OFFSET.madeEntry);
		if (store === undefined || store >= ADDRESS_NUMBER_LIMIT || made >= MAX_BLOCK_ENTRIES) {
			throw new DamagedRowError(`block ${this.block}: entry ${entry} has an address that cannot be`);
		}
		return {store, block: block as BlockNo, entry: made as EntryNo};
	}

	metadataOf(entry: number): EntryMetadata {
		const bytes = this.metadataBytesOf(entry);
		if (bytes.length === 0) {
			return NO_METADATA;
		}
		const metadata = decodeMetadata(bytes);
		if (metadata === undefined) {
			throw new DamagedRowError(`block ${this.block}: metadata of entry ${entry}`);
		}
		return metadata;
	}

	/** The same, as it lies there; empty for none. */
	metadataBytesOf(entry: number): Buffer {
		const at = this.#at(entry);
		const start = this.#bytes.readUInt32LE(at + OFFSET.metadataOffset);
		return this.metadataArea.subarray(start, start + this.#bytes.readUInt16LE(at + OFFSET.metadataBytes));
	}

	segmentIdOf(entry: number): SegmentId {
		const address = this.addressOf(entry);
		if (address !== undefined) {
			return formatMadeId(address);
		}
		const {givenId} = this.metadataOf(entry);
		if (givenId === undefined) {
			throw new DamagedRowError(`block ${this.block}: entry ${entry} has no id`);
		}
		return givenId;
	}

	/** Payload bytes of the entries in `bits`. */
	sizeOf(bits: Bits): number {
		if (bits.isFull()) {
			return this.payloadBytes;
		}
		let sum = 0;
		for (const entry of bits) {
			sum += this.payloadBytesOf(entry);
		}
		return sum;
	}

	/** Index 0 is this store. */
	#storeAt(index: number): StoreId | undefined {
		const at = this.#storesAt + (index - 1) * STORE_ID_BYTES;
		return index === 0 ? this.#ownStore : at < this.#recordsAt ? readStoreId(this.#bytes, at) : undefined;
	}

	#at(entry: number): number {
		if (!(entry >= 0 && entry < this.count)) {
			throw new RangeError(`entry ${entry} of block ${this.block}, which has ${this.count}`);
		}
		return this.#recordsAt + entry * ENTRY_RECORD_BYTES;
	}
}
