import {crc32} from 'node:zlib';
import type {FrameBuffers} from './frame-buffers.js';
import type {StoreHandles} from './handles.js';
import {CHUNK_BYTES} from './layout.js';
import type {OpenPart} from './open-lease.js';

/** Copies payloads from the database into buffers, one behind another, and checks each against its CRC on the way. */
export class FramePayloads {
	readonly #handles: StoreHandles;
	readonly #buffers: FrameBuffers;
	readonly #taken: Buffer[] = [];
	/** Bytes used of the buffer taken last. */
	#used = CHUNK_BYTES;

	constructor(handles: StoreHandles, buffers: FrameBuffers) {
		this.#handles = handles;
		this.#buffers = buffers;
	}

	/** `false`: a payload is missing or damaged. What was added is of no use then. */
	add(open: OpenPart): boolean {
		return open.table.payloadBytes <= CHUNK_BYTES ? this.#addChunk(open) : this.#addLarge(open);
	}

	/** What was added, in order. */
	parts(): readonly Buffer[] {
		const last = this.#taken.length - 1;
		return this.#taken.map((buffer, at) => (at === last ? buffer.subarray(0, this.#used) : buffer));
	}

	release(): void {
		this.#buffers.give(this.#taken.splice(0));
	}

	#addChunk({part, table}: OpenPart): boolean {
		const chunk = this.#read(table.block, 0);
		if (chunk?.length !== table.payloadBytes) {
			return false;
		}
		const isWhole = part.bits.isFull();
		let at = 0;
		for (let entry = 0; entry < table.count; entry++) {
			const end = at + table.payloadBytesOf(entry);
			if (isWhole || part.bits.has(entry)) {
				const payload = chunk.subarray(at, end);
				if (crc32(payload) !== table.crc32Of(entry)) {
					return false;
				}
				if (!isWhole) {
					this.#append(payload);
				}
			}
			at = end;
		}
		if (isWhole) {
			this.#append(chunk);
		}
		return true;
	}

	/** A payload of several chunks has its block alone. */
	#addLarge({table}: OpenPart): boolean {
		let checksum = 0;
		for (let at = 0; at < table.payloadBytes; at += CHUNK_BYTES) {
			const chunk = this.#read(table.block, at / CHUNK_BYTES);
			if (chunk?.length !== Math.min(CHUNK_BYTES, table.payloadBytes - at)) {
				return false;
			}
			checksum = crc32(chunk, checksum);
			this.#append(chunk);
		}
		return table.count === 1 && checksum === table.crc32Of(0);
	}

	/** Valid until the next read. */
	#read(block: number, chunkNo: number): Buffer | undefined {
		const bytes = this.#handles.env.payloads.getBinaryFast([block, chunkNo]);
		return bytes?.subarray(0, bytes.length); // lmdb lends a larger buffer that pretends to end there.
	}

	#append(bytes: Buffer): void {
		for (let at = 0; at < bytes.length; ) {
			if (this.#used === CHUNK_BYTES) {
				this.#taken.push(this.#buffers.take());
				this.#used = 0;
			}
			const copied = bytes.copy(this.#taken.at(-1) as Buffer, this.#used, at);
			this.#used += copied;
			at += copied;
		}
	}
}
