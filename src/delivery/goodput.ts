import type {Clock} from '../runtime/clock.js';

/** What happened so long ago counts for about a third of what happens now. */
const MEMORY_MS = 10_000;

/** Payload bytes acknowledged per second, as a moving average that fades with time. */
export class Goodput {
	readonly #clock: Clock;
	#bytesPerMs = 0;
	#at: number;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#at = clock.elapsed();
	}

	add(bytes: number): void {
		this.#bytesPerMs = this.#faded() + bytes / MEMORY_MS;
		this.#at = this.#clock.elapsed();
	}

	get bytesPerSecond(): number {
		return this.#faded() * 1000;
	}

	#faded(): number {
		return this.#bytesPerMs * Math.exp((this.#at - this.#clock.elapsed()) / MEMORY_MS);
	}
}
