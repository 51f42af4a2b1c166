import type {Clock} from '../runtime/clock.js';

/** What happened so long ago counts for about a third of what happens now. */
const MEMORY_MS = 10_000;

/** Bytes per second, as a moving average that fades with time. */
export class Goodput {
	readonly #clock: Clock;
	#bytesPerMs = 0;
	#at: number;
	readonly #memoryMs: number;

	constructor(clock: Clock, memoryMs = MEMORY_MS) {
		this.#clock = clock;
		this.#memoryMs = memoryMs;
		this.#at = clock.elapsed();
	}

	add(bytes: number): void {
		this.#bytesPerMs = this.#faded() + bytes / this.#memoryMs;
		this.#at = this.#clock.elapsed();
	}

	get bytesPerSecond(): number {
		return this.#faded() * 1000;
	}

	#faded(): number {
		return this.#bytesPerMs * Math.exp((this.#at - this.#clock.elapsed()) / this.#memoryMs);
	}
}
