import type {EpochMs, MonotonicMs} from '../outbound/units.js';

/** The only way to time in edged; tests move one by hand (test/helpers/fake-clock.ts). */
export type Clock = {
	/** Wall time: may jump in either direction. */
	now(): EpochMs;
	/** Time since an arbitrary start: never goes back. Fractions of a millisecond count. */
	elapsed(): MonotonicMs;
	/**
	 * Calls back once when at least `delayMs` have elapsed, never earlier; the returned function cancels. A pending call does not
	 * keep the process alive.
	 */
	after(delayMs: number, callback: () => void): () => void;
};

/** RFC 3339, UTC, milliseconds: how every time is written. */
export const formatTime = (at: EpochMs): string => new Date(at).toISOString();

/** Of any RFC 3339 time that was checked before; `NaN` for other text. */
export const parseTime = (text: string): EpochMs => Date.parse(text) as EpochMs;

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => Date.now() as EpochMs,
	elapsed: () => performance.now() as MonotonicMs,
	after(delayMs, callback) {
		const dueAt = performance.now() + delayMs;
		let timer: NodeJS.Timeout;
		// Node cuts fractions off and counts from when its loop last looked at the clock, so a timer may fire early by up to two
		// milliseconds: whoever then asks `elapsed` would find that it is not time yet, and nobody would call again. A longer timeout
		// than the longest it would fire at once.
		const wait = (restMs: number): void => {
			timer = setTimeout(
				() => {
					const rest = dueAt - performance.now();
					if (rest > 0) {
						wait(rest);
					} else {
						callback();
					}
				},
				Math.min(Math.max(0, Math.ceil(restMs)), LONGEST_TIMEOUT_MS),
			);
			timer.unref();
		};
		wait(delayMs);
		return () => {
			clearTimeout(timer);
		};
	},
};
