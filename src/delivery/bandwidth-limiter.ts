import type {ClassNo} from '../outbound/priorities.js';

/** Paces bytes to a rate. The rate may change at any time; what waits is priced anew at once. */
export type BandwidthLimiter = {
	/**
	 * Resolves once `bytes` may leave: more urgent classes first, within a class in the order of asking. Any size is accepted,
	 * however small the rate. Rejects with the signal's reason, and with `SHUTTING_DOWN` after `stop`.
	 */
	spend(bytes: number, asker: Asker): Promise<void>;
	/** Takes `bytes` that have left already, without waiting; later senders wait the longer. Less than 0 gives back. */
	owe(bytes: number): void;
	/** Bytes per second; 0 = unlimited. Below `SLOWEST_RATE` nothing is let through. */
	setRate(bytesPerSecond: number): void;
	state(): LimiterState;
	/** Whoever still waits is refused. Idempotent. */
	stop(): Promise<void>;
};

export type Asker = {readonly classNo: ClassNo; readonly signal: AbortSignal};

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

export const suspends = (bytesPerSecond: number): boolean =>
	bytesPerSecond > 0 && bytesPerSecond < SLOWEST_RATE;
