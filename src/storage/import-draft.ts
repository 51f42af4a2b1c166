import type {Attempt, DeadletterReason} from '../outbound/attempts.js';
import type {PeerId} from '../outbound/names.js';
import type {EpochMs} from '../outbound/units.js';
import type {SegmentDraft} from './store.js';

/** A segment that was exported, with the deadletters of it. */
export type ImportDraft = Omit<SegmentDraft, 'route' | 'expiresInMs'> & {
	/** By whose clock it may be: for display, never for a decision. */
	readonly enqueuedAt: EpochMs;
	/** At least one, each of another peer. */
	readonly dead: readonly ImportedDeath[];
};

export type ImportedDeath = {
	readonly peer: PeerId;
	readonly reason: DeadletterReason;
	readonly chargedFailures: number;
	readonly diedAt: EpochMs;
	/** The oldest first. Numbers and times stay as they are. */
	readonly attempts: readonly Attempt[];
};

/** `present`: the store has a record of that peer for the same bytes, in whatever state; nothing changed. */
export type ImportStatus = 'imported' | 'present' | 'conflict';

/** What became of one deadletter; `note` says why there is a conflict, or that of what is present only the id is remembered. */
export type ImportResult = {readonly status: ImportStatus; readonly note?: string};

/** By draft, then by its `dead`. */
export type ImportResults = readonly (readonly ImportResult[])[];
