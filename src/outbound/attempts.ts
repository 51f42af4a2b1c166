import type {EpochMs} from './units.js';

/** How one attempt to deliver one record ended. The index is the stored number: append only. */
export const ATTEMPT_OUTCOMES = [
	'ACKED',
	'FAILED',
	'REJECTED',
	'TIMEOUT',
	'ABANDONED',
	'SEGMENT_MISSING',
	'CORRUPT',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export type Attempt = {
	/** 1 for the first. */
	readonly number: number;
	readonly startedAt: EpochMs;
	readonly completedAt: EpochMs;
	readonly outcome: AttemptOutcome;
	/** The peer's or the transport's words; `undefined` for an acknowledged attempt. */
	readonly error?: string;
	/** Payload bytes of this segment that left; 0 when none did. */
	readonly bytesSent: number;
};

/** Why a record was buried. The index is the stored number: append only. */
export const DEADLETTER_REASONS = [
	'MAX_RETRIES',
	'REJECTED',
	'SEGMENT_MISSING',
	'CORRUPT',
	'EXPIRED',
	'EVICTED',
	'QUOTA',
	'CRASH_LOOP',
	'FORCED',
] as const;
export type DeadletterReason = (typeof DEADLETTER_REASONS)[number];
