import type {EpochMs, MonotonicMs} from '../outbound/units.js';

/** The only way to time in edged; tests move one by hand (test/helpers/fake-clock.ts). */
export type Clock = {
	/** Wall time: may jump in either direction. */
	now(): EpochMs;
	/** Time since an arbitrary start: never goes back. Fractions of a millisecond count. */
	elapsed(): MonotonicMs;
	/** Calls back once after `delayMs`; the returned function cancels. A pending call does not keep the process alive. */
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
		// Node fires a longer timeout at once; a caller that asks for a month looks again after 24 days.
		const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMEOUT_MS));
		timer.unref();
		return () => {
			clearTimeout(timer);
		};
	},
};
