import {Bits} from './bits.js';
import {readU64, U48_BYTES} from './entry-record.js';
import {MAX_BLOCK_ENTRIES, SPAN_BLOCKS} from './layout.js';
import type {Place} from './read-watch.js';
import {BITS_FULL, BITS_RAW} from './row-writer.js';

/** A row whose bytes are not what was written. The block or lane it belongs to is damaged, the rest is not. */
export class DamagedRowError extends Error {
	/** Where it is, when a read of the store found it. */
	readonly place: Place | undefined;

	constructor(what: string, place?: Place) {
		super(`damaged row: ${what}`);
		this.name = 'DamagedRowError';
		this.place = place;
	}
}

/** No bitmap is larger than a block or a span. */
const MAX_BITS = Math.max(MAX_BLOCK_ENTRIES, SPAN_BLOCKS);

/** Reads what `RowWriter` wrote; throws `DamagedRowError` on bytes that cannot be. */
export class RowReader {
	readonly #buffer: Buffer;
	#at = 0;

	constructor(buffer: Uint8Array) {
		this.#buffer = Buffer.isBuffer(buffer)
			? buffer
			: Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
	}

	get atEnd(): boolean {
		return this.#at >= this.#buffer.length;
	}

	u8(): number {
		return this.#buffer.readUInt8(this.#take(1));
	}

	u16(): number {
		return this.#buffer.readUInt16LE(this.#take(2));
	}

	u32(): number {
		return this.#buffer.readUInt32LE(this.#take(4));
	}

	u48(): number {
		return this.#buffer.readUIntLE(this.#take(U48_BYTES), U48_BYTES);
	}

	u64(): number {
		return readU64(this.#buffer, this.#take(8));
	}

	bytes(length: number): Buffer {
		const at = this.#take(length);
		return this.#buffer.subarray(at, at + length);
	}

	text(): string {
		return this.bytes(this.u16()).toString('utf8');
	}

	bits(): Bits {
		const form = this.u8();
		const size = this.u16();
		if (size > MAX_BITS) {
			throw new DamagedRowError(`bitmap of ${size}, at most ${MAX_BITS} are possible`);
		}
		if (form === BITS_FULL) {
			return Bits.full(size);
		}
		if (form !== BITS_RAW) {
			throw new DamagedRowError(`bitmap of form ${form}`);
		}
		return Bits.fromBytes(size, this.bytes((size + 7) >>> 3));
	}

	/** The first byte. Throws when it is above `latest`: a row of a later edged is not guessed at. */
	version(latest: number, what: string): number {
		const found = this.u8();
		if (found === 0 || found > latest) {
			throw new DamagedRowError(`${what} of version ${found}, this edged reads ${latest}`);
		}
		return found;
	}

	#take(length: number): number {
		const at = this.#at;
		this.#at += length;
		if (this.#at > this.#buffer.length) {
			throw new DamagedRowError(`${this.#buffer.length} bytes end before byte ${this.#at}`);
		}
		return at;
	}
}
