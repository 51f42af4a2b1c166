import type {PeerId, SegmentId} from '../outbound/names.js';
import type {AgeMs} from '../outbound/units.js';
import type {ImportDraft, ImportResults} from './import-draft.js';
import type {Pace, Replay, ReplayOrder} from './replays.js';
import type {Retired, Retirement, RetireStep} from './retire.js';
import type {BulkProgress, DeadletterSelector, TallyStep} from './selectors.js';

/** What of `OutboundStore` makes deadletters, brings them back and removes them. */
export type DeadletterVerbs = {
	/** Any record that waits or is inflight -> deadletter `FORCED`. An already dead one is left as it is (`false`). */
	force(segment: SegmentId, peer: PeerId, note: string): Promise<boolean>;
	/**
	 * About `limit` records of `peer` that wait and are in no lease -> deadletter `FORCED`, in one commit; how many were buried.
	 * 0 = nothing is left that could be.
	 */
	forceWaiting(peer: PeerId, limit: number): Promise<number>;
	/** Deadletter -> scheduled with a fresh budget and its history. `NOT_FOUND`, `INVALID_STATE`, `SEGMENT_MISSING`. */
	retry(segment: SegmentId, peer: PeerId): Promise<void>;
	/** Deadletter -> gone. `NOT_FOUND`, `INVALID_STATE`. */
	purge(segment: SegmentId, peer: PeerId): Promise<void>;
	/** At most `limit` deadletters that match, in original order, in one commit. Call again until `done`. */
	retryMatching(selector: DeadletterSelector, limit: number): Promise<BulkProgress>;
	purgeMatching(selector: DeadletterSelector, limit: number): Promise<BulkProgress>;
	/** What matches: from counters where they cover the selector, else by looking, a bounded step a call. Call again until `done`. */
	tallyMatching(selector: DeadletterSelector): TallyStep;
	/**
	 * Makes `drafts` durable as deadletters, in one commit; none of them waits for an instant. What is here already is left as it is, so that
	 * a call may be repeated. Nothing that waits gives way to it. `QUEUE_FULL`, `STORAGE_FULL`, `TOO_LARGE`, `UNKNOWN_PEER`, `INVALID_ARGUMENT`;
	 * then nothing is stored.
	 */
	importDeadletters(drafts: readonly ImportDraft[]): Promise<ImportResults>;
};

/** Paced retries: each is a row that moves with what it does. */
export type ReplayVerbs = {
	/** Running ones and those that ended last, the oldest first. */
	all(): readonly Replay[];
	/** By the clock that the pace goes by. */
	now(): AgeMs;
	begin(order: ReplayOrder): Promise<Replay>;
	/** At most `limit` records back into the queue, in one commit with the row. */
	step(id: string, limit: number, pace: Pace): Promise<Replay>;
	cancel(id: string): Promise<Replay>;
	told(id: string): Promise<Replay>;
};

/** What removes deadletters by age and bytes. */
export type RetireVerbs = {
	/** At most some hundred groups in one commit, the longest dead of all peers first. Call again until `done`. */
	retire(retirement: Retirement): Promise<RetireStep>;
	/** Payload bytes of deadletters, counted in pieces: begins without a cursor, ends when none comes back. */
	deadBytes(cursor: string | undefined): {readonly bytes: number; readonly cursor: string | undefined};
	/** What was removed and not told yet, over crashes too. */
	retired(): Retired | undefined;
	forgetRetired(): Promise<void>;
};
