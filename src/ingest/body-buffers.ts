import type {Clock} from '../runtime/clock.js';

const LEAST_KEPT_BYTES = 65_536;
/** What a lease of the usual size needs, its head included. */
export const MOST_KEPT_BYTES = 2_097_152;
/** Of all together, for good. */
const RESTING_BYTES = 8_388_608;
/** What lay unused for so long is let go at the next look, down to `RESTING_BYTES`. */
const UNUSED_MS = 5000;

/**
 * Buffers for bodies. Those of the usual sizes are used again: a fresh one costs a page fault for every 4 KiB, and the collector a look at
 * the whole heap for every 64 MiB of them, which is more than receiving what comes into it.
 */
export class BodyBuffers {
	/** By length, see `lengthFor`. */
	readonly #free = new Map<number, Buffer[]>();
	readonly #mostBytes: number;
	readonly #clock: Clock;
	#freeBytes = 0;
	/** Since the last look: so much was needed by nobody. */
	#leastFreeBytes = 0;
	#isWatched = false;

	/** No more than `mostBytes` lie unused; which is best what bodies may hold together, so that all of them come back to be used again. */
	constructor(mostBytes: number, clock: Clock) {
		this.#mostBytes = mostBytes;
		this.#clock = clock;
	}

	/** At least `bytes` long. */
	take(bytes: number): Buffer {
		if (bytes < LEAST_KEPT_BYTES || bytes > MOST_KEPT_BYTES) {
			return Buffer.allocUnsafe(bytes);
		}
		for (let length = lengthFor(bytes); length <= bytes * MOST_TOO_LARGE; length = lengthFor(length + 1)) {
			const free = this.#free.get(length)?.pop();
			if (free !== undefined) {
				this.#freeBytes -= length;
				this.#leastFreeBytes = Math.min(this.#leastFreeBytes, this.#freeBytes);
				return free;
			}
		}
		return Buffer.allocUnsafeSlow(lengthFor(bytes));
	}

	/** Only what nobody reads or writes any more. */
	give(buffer: Buffer): void {
		const {length} = buffer;
		const isKept = length >= LEAST_KEPT_BYTES && length <= MOST_KEPT_BYTES && length === lengthFor(length);
		if (!isKept || this.#freeBytes + length > this.#mostBytes) {
			return;
		}
		const free = this.#free.get(length) ?? [];
		free.push(buffer);
		this.#free.set(length, free);
		this.#freeBytes += length;
		if (this.#freeBytes > RESTING_BYTES && !this.#isWatched) {
			this.#watch();
		}
	}

	#watch(): void {
		this.#isWatched = true;
		this.#leastFreeBytes = this.#freeBytes;
		this.#clock.after(UNUSED_MS, () => {
			this.#isWatched = false;
			this.#drop(Math.min(this.#leastFreeBytes, this.#freeBytes - RESTING_BYTES));
			if (this.#freeBytes > RESTING_BYTES) {
				this.#watch();
			}
		});
	}

	#drop(bytes: number): void {
		let left = bytes;
		for (const [length, free] of this.#free) {
			while (left > 0 && free.pop() !== undefined) {
				left -= length;
				this.#freeBytes -= length;
			}
		}
	}
}

/** Whoever needs a buffer may get one that is so much longer. */
const MOST_TOO_LARGE = 2;

/** Four to the doubling: a full lease and its head have little more than 1 MiB, and would else take 2. */
const lengthFor = (bytes: number): number => {
	const step = 2 ** Math.floor(Math.log2(bytes)) / 4;
	return Math.ceil(bytes / step) * step;
};
