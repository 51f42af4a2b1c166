import type {Clock} from '../runtime/clock.js';

/** At most one call that is still to come. */
export class Alarm {
	readonly #clock: Clock;
	readonly #ring: () => void;
	#cancel: (() => void) | undefined;

	constructor(clock: Clock, ring: () => void) {
		this.#clock = clock;
		this.#ring = ring;
	}

	get isSet(): boolean {
		return this.#cancel !== undefined;
	}

	/** Rings once after `delayMs`, and not at the time set before. */
	set(delayMs: number): void {
		this.clear();
		this.#cancel = this.#clock.after(delayMs, () => {
			this.#cancel = undefined;
			this.#ring();
		});
	}

	clear(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}
}
