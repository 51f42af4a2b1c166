import {ATTEMPT_OUTCOMES, type Attempt, type AttemptOutcome} from '../outbound/attempts.js';
import type {EpochMs} from '../outbound/units.js';
import {DamagedRowError, type RowReader} from './row-reader.js';
import type {RowWriter} from './row-writer.js';

/**
 * Attempts inside a group or settled row: u16 count, then per attempt u32 number, u48 started, u48 completed (wall clock, ms),
 * u8 outcome, u48 bytes sent (all ones: the whole segment), text error (u16 length; 0 = none).
 */
export type StoredAttempt = Omit<Attempt, 'bytesSent'> & {
	/** `whole`: as many as the segment has. Lets records of different size share a group. */
	readonly bytesSent: number | 'whole';
};

const WHOLE = 2 ** 48 - 1;
const MAX_ERROR_BYTES = 1024;
/** Older attempts are dropped beyond this, their numbers stay. Bounds a row that is abandoned or retried for ever. */
export const MAX_KEPT_ATTEMPTS = 100;

export const writeAttempts = (writer: RowWriter, attempts: readonly StoredAttempt[]): void => {
	const kept = attempts.slice(-MAX_KEPT_ATTEMPTS);
	writer.u16(kept.length);
	for (const attempt of kept) {
		writer
			.u32(attempt.number)
			.u48(attempt.startedAt)
			.u48(attempt.completedAt)
			.u8(ATTEMPT_OUTCOMES.indexOf(attempt.outcome))
			.u48(attempt.bytesSent === 'whole' ? WHOLE : attempt.bytesSent)
			.text(attempt.error ?? '', MAX_ERROR_BYTES);
	}
};

export const readAttempts = (reader: RowReader): readonly StoredAttempt[] => {
	const count = reader.u16();
	const attempts: StoredAttempt[] = [];
	for (let index = 0; index < count; index++) {
		const number = reader.u32();
		const startedAt = reader.u48() as EpochMs;
		const completedAt = reader.u48() as EpochMs;
		const outcome = outcomeOf(reader.u8());
		const sent = reader.u48();
		const error = reader.text();
		const base = {
			number,
			startedAt,
			completedAt,
			outcome,
			bytesSent: sent === WHOLE ? 'whole' : sent,
		} as const;
		attempts.push(error === '' ? base : {...base, error});
	}
	return attempts;
};

const outcomeOf = (number: number): AttemptOutcome => {
	const outcome = ATTEMPT_OUTCOMES[number];
	if (outcome === undefined) {
		throw new DamagedRowError(`attempt outcome ${number}`);
	}
	return outcome;
};

/** The number that the next attempt gets. */
export const nextAttemptNumber = (attempts: readonly StoredAttempt[]): number =>
	(attempts.at(-1)?.number ?? 0) + 1;

/** The attempt as an operator sees it, for a segment of `sizeBytes`. */
export const shownAttempt = (attempt: StoredAttempt, sizeBytes: number): Attempt => ({
	...attempt,
	bytesSent: attempt.bytesSent === 'whole' ? sizeBytes : attempt.bytesSent,
});
