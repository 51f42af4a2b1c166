const LEAST_KEPT_BYTES = 65_536;
/** What a lease of the usual size needs, its head included. */
export const MOST_KEPT_BYTES = 2_097_152;
/** Of all together; what a few senders with full requests have under way at a time. */
const KEPT_BYTES = 8_388_608;

/**
 * Buffers for bodies. Those of the usual sizes are used again: a fresh one costs a page fault for every 4 KiB and the collector its
 * time, which is more than receiving what comes into it.
 */
export class BodyBuffers {
	/** By length, which is a power of two. */
	readonly #free = new Map<number, Buffer[]>();
	#freeBytes = 0;

	/** At least `bytes` long. */
	take(bytes: number): Buffer {
		if (bytes < LEAST_KEPT_BYTES || bytes > MOST_KEPT_BYTES) {
			return Buffer.allocUnsafe(bytes);
		}
		const length = 2 ** Math.ceil(Math.log2(bytes));
		const free = this.#free.get(length)?.pop();
		if (free === undefined) {
			return Buffer.allocUnsafeSlow(length);
		}
		this.#freeBytes -= length;
		return free;
	}

	/** Only what nobody reads or writes any more. */
	give(buffer: Buffer): void {
		const {length} = buffer;
		const isKept =
			length >= LEAST_KEPT_BYTES && length <= MOST_KEPT_BYTES && Number.isInteger(Math.log2(length));
		if (!isKept || this.#freeBytes + length > KEPT_BYTES) {
			return;
		}
		const free = this.#free.get(length) ?? [];
		free.push(buffer);
		this.#free.set(length, free);
		this.#freeBytes += length;
	}
}
