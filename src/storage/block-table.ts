import {ADDRESS_NUMBER_LIMIT, formatMadeId, type SegmentAddress, type StoreId} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, EntryNo, EpochMs, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {decodeElsewhere, type Elsewhere, elsewhereBytes, encodeElsewhere} from './elsewhere.js';
import {
	createdAgeOf,
	HEADER_BYTES,
	IMPORTED,
	MOVED_PEERS_AT,
	PEER_BYTES,
	VERSION,
	WITH_MOVES,
} from './encode-block-table.js';
import {decodeMetadata, type EntryMetadata, NO_METADATA} from './entry-metadata.js';
import {
	ENTRY_RECORD_BYTES,
	OFFSET,
	readStoreId,
	SHA256_BYTES,
	STORE_ID_BYTES,
	U48_BYTES,
} from './entry-record.js';
import {MAX_BLOCK_ENTRIES} from './layout.js';
import {DamagedRowError} from './row-reader.js';
import {SEAL_BYTES, sealOf} from './row-seal.js';

/** A decoded view on a `blocks` row; entries are read on demand. Keeps the row's bytes alive. */
export class BlockTable {
	readonly block: BlockNo;
	readonly count: number;
	readonly classNo: ClassNo;
	readonly createdAge: AgeMs;
	readonly createdAt: EpochMs;
	/** Its segments were enqueued elsewhere at `createdAt`, and came in with an import at `createdAge`. */
	readonly isImported: boolean;
	readonly leastExpiry: number;
	readonly payloadBytes: number;
	readonly metadataBytes: number;
	readonly #bytes: Buffer;
	readonly #ownStore: StoreId;
	readonly #storesAt: number;
	readonly #recordsAt: number;
	readonly #movesAt: number;
	readonly #movedPeers: number;
	#elsewhere: Elsewhere | undefined;

	/** Throws `DamagedRowError` when the row is not one. `verifyChecksum` reads every byte. */
	constructor(block: BlockNo, bytes: Buffer, ownStore: StoreId) {
		const version = bytes.length < HEADER_BYTES + SEAL_BYTES ? 0 : bytes.readUInt8(0);
		if (version !== VERSION && version !== WITH_MOVES) {
			throw new DamagedRowError(`block ${block}: no table of version ${VERSION} or ${WITH_MOVES}`);
		}
		this.block = block;
		this.#bytes = bytes;
		this.#ownStore = ownStore;
		this.classNo = (bytes.readUInt8(1) & 3) as ClassNo;
		this.isImported = (bytes.readUInt8(1) & IMPORTED) !== 0;
		this.count = bytes.readUInt16LE(2);
		this.createdAge = createdAgeOf(bytes);
		this.createdAt = bytes.readUIntLE(14, U48_BYTES) as EpochMs;
		this.leastExpiry = bytes.readUIntLE(20, U48_BYTES);
		this.payloadBytes = bytes.readUIntLE(26, U48_BYTES);
		this.metadataBytes = bytes.readUInt32LE(32);
		this.#storesAt = HEADER_BYTES + bytes.readUInt16LE(6) * PEER_BYTES;
		this.#recordsAt = this.#storesAt + bytes.readUInt8(4) * STORE_ID_BYTES;
		this.#movesAt = this.#recordsAt + this.count * ENTRY_RECORD_BYTES + this.metadataBytes;
		this.#movedPeers = version === WITH_MOVES ? bytes.readUInt8(MOVED_PEERS_AT) : 0;
		const end = this.#movesAt + this.#movedPeers * elsewhereBytes(this.count) + SEAL_BYTES;
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

	/** Every peer that has a record of the block, or had: as it was enqueued, and those that records were moved to. */
	get route(): readonly PeerNo[] {
		const peers = this.routeAsEnqueued;
		return this.#movedPeers === 0 ? peers : [...new Set([...peers, ...this.elsewhere.keys()])];
	}

	/** Each entry has as many records as this has peers, whoever has them now. */
	get routeAsEnqueued(): readonly PeerNo[] {
		const peers: PeerNo[] = [];
		for (let at = HEADER_BYTES; at < this.#storesAt; at += PEER_BYTES) {
			peers.push(this.#bytes.readUInt32LE(at) as PeerNo);
		}
		return peers;
	}

	/** Is `peer` the whole route? */
	isOnlyFor(peer: PeerNo): boolean {
		const isOne = this.#bytes.readUInt16LE(6) === 1 && this.#movedPeers === 0;
		return isOne && this.#bytes.readUInt32LE(HEADER_BYTES) === peer;
	}

	/** Were records of it ever moved, or brought by an import to a peer that had none? */
	get isMoved(): boolean {
		return this.#movedPeers > 0;
	}

	/** By peer, the entries that it has no record of: they were moved away, or never came. Of other peers nothing ever was moved. */
	get elsewhere(): Elsewhere {
		this.#elsewhere ??= decodeElsewhere(this.#bytes.subarray(this.#movesAt), this.#movedPeers, this.count);
		return this.#elsewhere;
	}

	/** See `elsewhere`. */
	elsewhereOf(peer: PeerNo): Bits {
		const bits = this.#movedPeers === 0 ? undefined : this.elsewhere.get(peer);
		return bits ?? Bits.empty(this.count);
	}

	/** The bytes of the same table that says `elsewhere` instead. */
	withElsewhere(elsewhere: Elsewhere): Buffer {
		const moves = encodeElsewhere(elsewhere);
		const bytes = Buffer.concat([this.#bytes.subarray(0, this.#movesAt), moves, Buffer.alloc(SEAL_BYTES)]);
		bytes.writeUInt8(elsewhere.size === 0 ? VERSION : WITH_MOVES, 0);
		bytes.writeUInt8(elsewhere.size, MOVED_PEERS_AT);
		const end = bytes.length - SEAL_BYTES;
		bytes.writeUInt32LE(sealOf(this.block, bytes.subarray(0, end)), end);
		return bytes;
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
