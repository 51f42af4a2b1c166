import type {PeerId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';

/** Paces bytes to a rate. The rate may change at any time; what waits is priced anew at once. */
export type BandwidthLimiter = {
	/**
	 * How many of the next `bytes` may leave now: all when nothing limits them, else at most a chunk, which is measured when its turn
	 * has come. More urgent classes first, within a class the lanes in turn, within a lane in the order of asking; but who has waited ten seconds comes first once: a
	 * peer gives up on half a request that stands still. Rejects with the signal's reason, and with `SHUTTING_DOWN` after `stop`.
	 */
	spend(bytes: number, asker: Asker): Promise<number>;
	/** Takes `bytes` that have left already, without waiting; later senders wait the longer. Less than 0 gives back. */
	owe(bytes: number): void;
	/** Bytes per second; 0 = unlimited. Below `SLOWEST_RATE` nothing is let through. */
	setRate(bytesPerSecond: number): void;
	state(): LimiterState;
	/** Whoever still waits is refused. Idempotent. */
	stop(): Promise<void>;
};

export type Asker = {
	readonly classNo: ClassNo;
	readonly signal: AbortSignal;
	/** Who shares a limit with others takes turns with them, however many of its sends ask; `undefined` is one of them, too. */
	readonly lane?: PeerId;
};

export type LimiterState = {
	/** 0 = unlimited. */
	readonly bytesPerSecond: number;
	/** Bytes that may leave now, below 0 while a debt is paid off; `undefined` when unlimited. */
	readonly availableTokens: number | undefined;
	/** The most that an idle limiter saves up; `undefined` when unlimited. */
	readonly burstBytes: number | undefined;
	/** Spends that had to wait for tokens, since the limiter was made. */
	readonly throttleCount: number;
};

/** Bytes per second under which delivery is suspended: a request would take longer than any peer waits for it. */
const SLOWEST_RATE = 64;

const LARGEST_CHUNK = 16 * 1024;
const SMALLEST_CHUNK = 64;
/** What leaves late, because a connection had to be made first, must not break the bound of a second together with a burst. */
const LARGEST_FIFTH = 10 * 1024;

/**
 * How many bytes may leave in one go: a fifth of a second of the rate, above 50 KiB/s less. With a chunk saved up and another one
 * that leaves late, no second sees more than 1.1 times the rate and 16 KiB.
 */
export const chunkBytes = (bytesPerSecond: number): number => {
	const fifth = Math.min(LARGEST_FIFTH, bytesPerSecond / 5);
	const bytes = Math.floor(Math.max(fifth, bytesPerSecond / 10));
	return Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, bytes));
};

export const suspends = (bytesPerSecond: number): boolean =>
	bytesPerSecond > 0 && bytesPerSecond < SLOWEST_RATE;
