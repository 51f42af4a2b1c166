import type {LeaseWindow} from '../storage/store.js';
import {type Suspicion, suspectWindow} from './suspects.js';

/** Large enough that the round trip and the two commits of a lease do not count, small enough to be sent again without regret. */
const MOST_BYTES = 1024 * 1024;
const MOST_ENTRIES = 4096;
/** With a rate limit a lease holds about what may leave in so long: an urgent segment waits for no more. */
const SECONDS_OF_RATE = 2;

/** `rate` in bytes per second, `Infinity` when unlimited. At least one segment fits, however large. */
export const leaseWindow = (rate: number, suspicion: Suspicion): LeaseWindow => ({
	maxBytes: Math.max(1, Math.floor(Math.min(MOST_BYTES, rate * SECONDS_OF_RATE))),
	maxEntries: Math.min(MOST_ENTRIES, suspectWindow(suspicion)),
});

/** Slots beside a lane's own would only wait for the limiter; one more hides the round trip. */
export const isRateBound = (rate: number): boolean => rate * SECONDS_OF_RATE < MOST_BYTES;
