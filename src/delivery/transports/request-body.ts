import type {EncodedRequest} from '../../storage/request-codec.js';
import type {RequestBody} from './exchange.js';

const MOST_BYTES = 262_144;
/** Copying less costs less than a turn to the socket of its own. */
const VIEW_BYTES = 131_072;

/** A body that lies in one piece. */
export class WholeBody implements RequestBody {
	#rest: Buffer;

	constructor({buffer, byteOffset, byteLength}: Uint8Array) {
		this.#rest = Buffer.from(buffer, byteOffset, byteLength);
	}

	next(size: number): Buffer | undefined {
		const chunk = this.#rest.subarray(0, size);
		this.#rest = this.#rest.subarray(size);
		return chunk.length === 0 ? undefined : chunk;
	}
}

/** Hands out the bytes of a request in order, in chunks: small payloads packed together, large ones as views. */
export class ChunkReader implements RequestBody {
	readonly #parts: readonly Buffer[];
	readonly #packs: PackPool;
	readonly #taken: Buffer[] = [];
	#part = 0;
	#offset = 0;

	constructor({head, payloads}: EncodedRequest, packs: PackPool) {
		this.#parts = [head, ...payloads];
		this.#packs = packs;
	}

	/** Up to `size` bytes, which is at most 256 KiB; `undefined` at the end. */
	next(size: number): Buffer | undefined {
		this.#skipEmpty();
		const part = this.#parts[this.#part];
		if (part === undefined) {
			return undefined;
		}
		if (this.#isView(part, size) || this.#part === this.#parts.length - 1) {
			const chunk = part.subarray(this.#offset, this.#offset + size);
			this.#offset += chunk.length;
			return chunk;
		}
		return this.#pack(size);
	}

	/** All chunks have reached the peer: what they were packed in may be used again. */
	release(): void {
		this.#packs.give(this.#taken);
	}

	#pack(size: number): Buffer {
		const pack = this.#packs.take();
		this.#taken.push(pack);
		let packed = 0;
		let part = this.#parts[this.#part];
		while (part !== undefined && packed < size && !(packed > 0 && this.#isView(part, size))) {
			const taken = part.copy(pack, packed, this.#offset, this.#offset + size - packed);
			packed += taken;
			this.#offset += taken;
			this.#skipEmpty();
			part = this.#parts[this.#part];
		}
		return pack.subarray(0, packed);
	}

	#isView(part: Buffer, size: number): boolean {
		return part.length - this.#offset >= Math.min(size, VIEW_BYTES);
	}

	#skipEmpty(): void {
		while (this.#offset === this.#parts[this.#part]?.length) {
			this.#part++;
			this.#offset = 0;
		}
	}
}

/** Keeps a few buffers for reuse: fresh ones for every request would keep the garbage collector busy. */
export class PackPool {
	readonly #free: Buffer[] = [];

	take(): Buffer {
		return this.#free.pop() ?? Buffer.allocUnsafe(MOST_BYTES);
	}

	give(packs: readonly Buffer[]): void {
		this.#free.push(...packs.slice(0, MOST_FREE - this.#free.length));
	}
}

const MOST_FREE = 8;
const FIRST_BYTES = 65_536;
const LEAST_BYTES = 8192;
const QUICK_MS = 20;
const SLOW_MS = 1000;

/**
 * How much is handed to the socket at a time, which is also the least that is seen of progress: little on a slow link, so that it
 * is not taken for a dead one, much on a fast one, so that it costs nothing. One instance serves all requests to a peer.
 */
export class ChunkSize {
	#bytes = FIRST_BYTES;

	get bytes(): number {
		return this.#bytes;
	}

	/** Told how long a chunk took to leave. */
	took(ms: number): void {
		if (ms < QUICK_MS) {
			this.#bytes = Math.min(MOST_BYTES, this.#bytes * 2);
		} else if (ms > SLOW_MS) {
			this.#bytes = Math.max(LEAST_BYTES, this.#bytes / 2);
		}
	}
}
