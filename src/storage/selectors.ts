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

export type HoldVerb = 'hold' | 'release';
export type WaitingSelector = {
	readonly peer?: PeerId;
	readonly priority?: Priority;
	readonly label?: {readonly name: string; readonly value: string};
	/** Of an earlier call with the same selector: goes on behind what that call looked at. */
	readonly cursor?: string;
};
export type HoldResult = {
	readonly changed: number;
	/** They are being sent. */
	readonly refused: number;
};

export type BulkProgress = {
	readonly changed: number;
	/** Matched and could not be changed: deadletters without a payload; records that are being sent and should be held. */
	readonly refused: number;
	readonly cursor: string | undefined;
	readonly done: boolean;
};
