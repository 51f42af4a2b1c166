import {CHUNK_BYTES} from './layout.js';

/** Keeps a few buffers of `CHUNK_BYTES` for reuse: fresh ones cost page faults, and the collector its time. */
export class FrameBuffers {
	readonly #free: Buffer[] = [];

	take(): Buffer {
		return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
	}

	give(buffers: readonly Buffer[]): void {
		this.#free.push(...buffers.slice(0, MOST_FREE - this.#free.length));
	}
}

/** 4 MiB: what four leases of the usual size take. */
const MOST_FREE = 16;
