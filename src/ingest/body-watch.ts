import type {Clock} from '../runtime/clock.js';
import {HttpRefusal} from './reply.js';

/** Without a byte for so long, the sender of a body is given up. */
const IDLE_MS = 30_000;
/** Over such a window a body must have had its least, but only while others are kept waiting by it. */
const WINDOW_MS = 10_000;
const LEAST_IN_WINDOW_BYTES = 10_240;

/**
 * Rejects a body that does not get on. A slow link may take its time; but when connections or buffers are short, whoever sends
 * less than a kilobyte in a second is taking them from others. One timer for the whole body.
 */
export class BodyWatch {
	readonly #clock: Clock;
	readonly #isCrowded: () => boolean;
	readonly #isHeld: () => boolean;
	readonly #reject: (error: Error) => void;
	#lastHeardMs: number;
	#windowStartMs: number;
	#bytesInWindow = 0;
	#cancel: () => void = () => {};

	/** `isHeld`: nothing is being read, which is not the sender's fault. */
	constructor(
		{clock, isCrowded}: {readonly clock: Clock; isCrowded(): boolean},
		isHeld: () => boolean,
		reject: (error: Error) => void,
	) {
		this.#clock = clock;
		this.#isCrowded = isCrowded;
		this.#isHeld = isHeld;
		this.#reject = reject;
		this.#lastHeardMs = this.#windowStartMs = clock.elapsed();
		this.#look();
	}

	heard(bytes: number): void {
		this.#lastHeardMs = this.#clock.elapsed();
		this.#bytesInWindow += bytes;
	}

	stop(): void {
		this.#cancel();
	}

	readonly #look = (): void => {
		const now = this.#clock.elapsed();
		if (this.#isHeld()) {
			this.#lastHeardMs = now;
			this.#openWindow(now);
		}
		if (now - this.#lastHeardMs >= IDLE_MS) {
			this.#reject(new HttpRefusal(408, 'TIMEOUT', `Nothing came for ${IDLE_MS / 1000} s`));
			return;
		}
		if (now - this.#windowStartMs >= WINDOW_MS) {
			if (this.#bytesInWindow < LEAST_IN_WINDOW_BYTES && this.#isCrowded()) {
				const words = `Less than ${LEAST_IN_WINDOW_BYTES} bytes came in ${WINDOW_MS / 1000} s, while others wait`;
				this.#reject(new HttpRefusal(408, 'TIMEOUT', words, {'retry-after': '1'}));
				return;
			}
			this.#openWindow(now);
		}
		const nextMs = Math.min(this.#lastHeardMs + IDLE_MS, this.#windowStartMs + WINDOW_MS) - now;
		this.#cancel = this.#clock.after(nextMs, this.#look);
	};

	#openWindow(now: number): void {
		this.#windowStartMs = now;
		this.#bytesInWindow = 0;
	}
}
