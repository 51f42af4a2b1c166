import type {Clock} from '../../runtime/clock.js';

/** Calls back when nothing has happened for too long. Being told of life is cheap: one timer serves the whole watch. */
export class SilenceWatch {
	readonly #clock: Clock;
	readonly #onSilence: () => void;
	#limitMs: number;
	#lastSignMs: number;
	#isHeld = false;
	#cancel: () => void;

	constructor(clock: Clock, limitMs: number, onSilence: () => void) {
		this.#clock = clock;
		this.#limitMs = limitMs;
		this.#onSilence = onSilence;
		this.#lastSignMs = clock.elapsed();
		this.#cancel = clock.after(limitMs, () => this.#look());
	}

	/** Until the next sign of life silence is nobody's fault. */
	hold(): void {
		this.#isHeld = true;
	}

	alive(): void {
		this.#isHeld = false;
		this.#lastSignMs = this.#clock.elapsed();
	}

	/** From now on another limit holds. */
	restart(limitMs: number): void {
		this.alive();
		this.#limitMs = limitMs;
		this.#cancel();
		this.#cancel = this.#clock.after(limitMs, () => this.#look());
	}

	stop(): void {
		this.#cancel();
	}

	#look(): void {
		const silentMs = this.#isHeld ? 0 : this.#clock.elapsed() - this.#lastSignMs;
		if (silentMs >= this.#limitMs) {
			this.#onSilence();
		} else {
			this.#cancel = this.#clock.after(this.#limitMs - silentMs, () => this.#look());
		}
	}
}
