import type {DeadletterReason} from '../outbound/attempts.js';
import type {PeerId} from '../outbound/names.js';
import type {Priority} from '../outbound/priorities.js';
import type {DeliveryRecord} from '../outbound/record.js';
import type {EpochMs, GroupNo} from '../outbound/units.js';

/** Which records a listing gives. */
export type RecordFilter = {
	/** `abandoned`: put back by the last restart and not leased since. */
	readonly state?: DeliveryRecord['state'] | 'abandoned';
	readonly peer?: PeerId;
	readonly priority?: Priority;
	readonly label?: {readonly name: string; readonly value: string};
	readonly reason?: DeadletterReason;
	/** Held by an operator, or not. */
	readonly held?: boolean;
	/** Deadletters only: died at or after. */
	readonly since?: EpochMs;
	/** Deadletters only: died before. */
	readonly before?: EpochMs;
	/** Enqueued at or after. As the time has passed: a wall clock that jumped since does not count. */
	readonly enqueuedSince?: EpochMs;
	/** Enqueued before. */
	readonly enqueuedUntil?: EpochMs;
};
export type DeadletterSelector = {
	readonly peer?: PeerId;
	readonly reason?: DeadletterReason;
	/** Died at or after. */
	readonly since?: EpochMs;
	/** Died before. */
	readonly before?: EpochMs;
	readonly label?: {readonly name: string; readonly value: string};
	/** Only what was dead when this number was given: whatever the clocks show, what dies later has a higher one. */
	readonly numberedBelow?: GroupNo;
	/** Of an earlier call with the same selector: goes on behind what that call looked at. */
	readonly cursor?: string;
};
/** How many deadletters, by peer and reason. */
export type DeadTally = ReadonlyArray<{
	readonly peer: PeerId;
	readonly reason: DeadletterReason;
	readonly records: number;
}>;
export type TallyStep = {
	readonly tally: DeadTally;
	readonly cursor: string | undefined;
	readonly done: boolean;
};

/**
 * What an operator may do to records that wait. `hold`: neither leased nor expired until `release`. `expire`: buried as `EXPIRED` now,
 * whatever its lifetime. `force`: buried as `FORCED`. `moveTo`: the records leave their peer and wait at another, with a fresh budget and their history; dead ones
 * too.
 */
export type WaitingChange =
	| 'hold'
	| 'release'
	| 'expire'
	| 'force'
	| {readonly setPriority: Priority}
	| {readonly moveTo: PeerId};
export type WaitingSelector = {
	readonly peer?: PeerId;
	readonly priority?: Priority;
	readonly label?: {readonly name: string; readonly value: string};
	/**
	 * `scheduled` and `failed` with what is held of them, as in a listing. What is held is expired only when that is asked for. Dead
	 * ones can only be moved, and only when that is asked for.
	 */
	readonly state?: 'scheduled' | 'failed' | 'held' | 'deadletter';
	/** Deadletters only. */
	readonly reason?: DeadletterReason;
	/** Enqueued then or later; deadletters: died. */
	readonly since?: EpochMs;
	/** Enqueued before then; deadletters: died. */
	readonly before?: EpochMs;
	/** Of an earlier call with the same selector: goes on behind what that call looked at. */
	readonly cursor?: string;
};
/**
 * Why a record that matches is not changed: it is being sent; the peer it should move to has it or had it; a dead one has no payload
 * any more; it could never be sent within the daily quotas where it should go.
 */
export const REFUSALS = ['being_sent', 'has_it', 'payload_gone', 'too_large'] as const;
export type Refusal = (typeof REFUSALS)[number];
export type Refusals = Readonly<Partial<Record<Refusal, number>>>;

export type ChangeResult = {
	/** What is as asked already is not counted. */
	readonly changed: number;
	readonly refused: number;
	/** Absent when nothing was refused. */
	readonly because?: Refusals;
};

export type BulkProgress = {
	readonly changed: number;
	/** Matched and could not be changed: deadletters without a payload; records that are being sent. */
	readonly refused: number;
	/** For changes of what waits, when some were refused. */
	readonly because?: Refusals;
	readonly cursor: string | undefined;
	readonly done: boolean;
};
