import type {Bits} from './bits.js';
import {U48_BYTES, writeU64} from './entry-record.js';

/** A bitmap in a row: u8 form, u16 size, then (form 0) its bytes. Form 1: every bit is set, no bytes follow. */
export const BITS_RAW = 0;
export const BITS_FULL = 1;

/** Appends little-endian fields to a buffer that grows. Its reader is `RowReader`. */
export class RowWriter {
	#buffer: Buffer;
	#length = 0;

	constructor(sizeHint = 64) {
		this.#buffer = Buffer.allocUnsafe(sizeHint);
	}

	u8(value: number): this {
		const at = this.#grow(1);
		this.#buffer.writeUInt8(value, at);
		return this;
	}

	u16(value: number): this {
		const at = this.#grow(2);
		this.#buffer.writeUInt16LE(value, at);
		return this;
	}

	u32(value: number): this {
		const at = this.#grow(4);
		this.#buffer.writeUInt32LE(value, at);
		return this;
	}

	u48(value: number): this {
		const at = this.#grow(U48_BYTES);
		this.#buffer.writeUIntLE(value, at, U48_BYTES);
		return this;
	}

	/** A store id or a block number: below 2^53. */
	u64(value: number): this {
		const at = this.#grow(8);
		writeU64(this.#buffer, at, value);
		return this;
	}

	bytes(value: Uint8Array): this {
		const at = this.#grow(value.length);
		this.#buffer.set(value, at);
		return this;
	}

	/** u16 length and UTF-8; longer text is cut at `maxBytes`. */
	text(value: string, maxBytes: number): this {
		const bytes = Buffer.from(value).subarray(0, Math.min(maxBytes, 0xffff));
		return this.u16(bytes.length).bytes(bytes);
	}

	bits(value: Bits): this {
		if (value.isFull()) {
			return this.u8(BITS_FULL).u16(value.size);
		}
		this.u8(BITS_RAW).u16(value.size);
		const at = this.#grow(value.byteLength);
		value.writeBytes(this.#buffer, at);
		return this;
	}

	done(): Buffer {
		return this.#buffer.subarray(0, this.#length);
	}

	#grow(by: number): number {
		const at = this.#length;
		this.#length += by;
		if (this.#length > this.#buffer.length) {
			const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
			this.#buffer.copy(larger, 0, 0, at);
			this.#buffer = larger;
		}
		return at;
	}
}
