import type {DeadletterReason} from '../outbound/attempts.js';
import type {PeerId} from '../outbound/names.js';
import type {Priority} from '../outbound/priorities.js';
import type {EpochMs} from '../outbound/units.js';

export type DeadletterSelector = {
	readonly peer?: PeerId;
	readonly reason?: DeadletterReason;
	readonly since?: EpochMs;
	/** Of an earlier call with the same selector: goes on behind what that call looked at. */
	readonly cursor?: string;
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
