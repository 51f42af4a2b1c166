import {crc32} from 'node:zlib';
import type {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {FrameBuffers} from './frame-buffers.js';
import {frameLease} from './frame-lease.js';
import type {StoreHandles} from './handles.js';
import {keptEntries} from './kept-entries.js';
import {CHUNK_BYTES} from './layout.js';
import {overlayOf} from './lease-records.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import type {LeasedPayloads} from './store.js';

/** See `OutboundStore.readPayloads`. Keeps the chunk read last: entries are asked for in order. */
export const leasePayloads = (
	handles: StoreHandles,
	lease: OpenLease,
	buffers: FrameBuffers,
): LeasedPayloads => {
	const overlay = overlayOf(handles, lease.peer);
	let reader: BlockPayload | undefined;
	return {
		read(index) {
			const {at, entry} = lease.find(index);
			if (overlay.cutsOf(lease.leaseNo)?.get(at)?.has(entry)) {
				return 'unneeded';
			}
			const {table} = lease.parts[at] as OpenPart;
			if (reader?.table !== table) {
				reader = new BlockPayload(handles, table);
			}
			return reader.read(entry);
		},
		frame: () =>
			overlay.cutsOf(lease.leaseNo) === undefined ? frameLease(handles, lease, buffers) : undefined,
	};
};

/** Reads payloads of one block and checks each against its CRC. */
export class BlockPayload {
	readonly table: BlockTable;
	readonly #handles: StoreHandles;
	#isBegun = false;
	#chunkNo = -1;
	#chunk: Buffer | undefined;
	/** Of a thinned block. */
	#kept: Bits | undefined;
	/** Where each entry begins; made up to the entry last asked for. */
	readonly #starts: number[] = [0];

	constructor(handles: StoreHandles, table: BlockTable) {
		this.#handles = handles;
		this.table = table;
	}

	read(entry: number): Buffer | 'missing' | 'corrupt' {
		if (!this.#isBegun) {
			this.#isBegun = true;
			this.#kept = keptEntries(this.#handles, this.table.block);
			if (this.table.payloadBytes <= CHUNK_BYTES) {
				this.#load(0); // In the same snapshot: a block that is thinned has one chunk, which is not read again.
			}
		}
		if (this.#kept !== undefined && !this.#kept.has(entry)) {
			return 'missing';
		}
		const bytes = this.#bytes(this.#startOf(entry), this.table.payloadBytesOf(entry));
		if (bytes === undefined) {
			return 'missing';
		}
		return crc32(bytes) === this.table.crc32Of(entry) ? bytes : 'corrupt';
	}

	#startOf(entry: number): number {
		for (let known = this.#starts.length; known <= entry; known++) {
			const isThere = this.#kept?.has(known - 1) ?? true;
			this.#starts.push(
				(this.#starts[known - 1] ?? 0) + (isThere ? this.table.payloadBytesOf(known - 1) : 0),
			);
		}
		return this.#starts[entry] ?? 0;
	}

	#bytes(start: number, length: number): Buffer | undefined {
		const first = Math.floor(start / CHUNK_BYTES);
		const last = Math.floor((start + length - 1) / CHUNK_BYTES);
		if (length === 0) {
			// One that is empty at the very end of full chunks has no chunk of its own.
			return this.#load(0) === undefined ? undefined : Buffer.alloc(0);
		}
		if (first === last) {
			const from = start - first * CHUNK_BYTES;
			return this.#load(first)?.subarray(from, from + length);
		}
		return this.#join(start, length);
	}

	/** Copied once, from what lmdb lends: a buffer for each chunk would be as much fresh memory again. */
	#join(start: number, length: number): Buffer | undefined {
		const bytes = Buffer.allocUnsafeSlow(length);
		const end = start + length;
		let copied = 0;
		for (let chunkNo = Math.floor(start / CHUNK_BYTES); chunkNo * CHUNK_BYTES < end; chunkNo++) {
			const chunk = this.#handles.env.payloads.getBinaryFast([this.table.block, chunkNo]);
			if (chunk === undefined) {
				return undefined;
			}
			const from = Math.max(0, start - chunkNo * CHUNK_BYTES);
			copied += chunk.copy(bytes, copied, from, Math.min(chunk.length, end - chunkNo * CHUNK_BYTES));
		}
		return bytes.subarray(0, copied); // Less when a chunk is too short: its checksum says so.
	}

	#load(chunkNo: number): Buffer | undefined {
		if (this.#chunkNo !== chunkNo || this.#chunk === undefined) {
			this.#chunk = this.#handles.env.payloads.get([this.table.block, chunkNo]);
			this.#chunkNo = chunkNo;
		}
		return this.#chunk;
	}
}
