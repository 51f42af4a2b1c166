import type {Attempt, DeadletterReason} from './attempts.js';
import type {PeerId, SegmentId} from './names.js';
import type {Priority} from './priorities.js';
import type {StateName} from './transitions.js';
import type {EpochMs} from './units.js';

export type Labels = Readonly<Record<string, string>>;

/** The delivery of one segment to one peer, as an operator sees it. A copy: it does not follow the store. */
export type DeliveryRecord = {
	readonly segmentId: SegmentId;
	readonly peerId: PeerId;
	readonly state: Exclude<StateName, 'abandoned'>;
	/** Held by an operator; counted as `scheduled`. */
	readonly held: boolean;
	readonly priority: Priority;
	/** Payload bytes. */
	readonly sizeBytes: number;
	/** Lower-case hex. */
	readonly sha256: string;
	readonly contentType: string | undefined;
	readonly labels: Labels;
	readonly enqueuedAt: EpochMs;
	readonly updatedAt: EpochMs;
	readonly expiresAt: EpochMs | undefined;
	/** When a failed record is due; `undefined` when nothing but its turn is awaited. */
	readonly nextAttemptAt: EpochMs | undefined;
	/** Only for deadletters. */
	readonly reason: DeadletterReason | undefined;
	/** Failures that used the retry budget since it was last reset. */
	readonly chargedFailures: number;
	readonly abandons: number;
	readonly attempts: readonly Attempt[];
};

/** One page of a listing. `cursor` is the last key seen: no snapshot is promised over pages. */
export type RecordPage = {
	readonly records: readonly DeliveryRecord[];
	/** `undefined` when the listing is at its end. A page may be short and still carry one. */
	readonly nextCursor: string | undefined;
	/** Rows and entries looked at for this page. */
	readonly examined: number;
	/** From counters, and so only when the filter is one that counters cover (state, peer, reason). */
	readonly total: number | undefined;
};

/** Records per state, from counters that move in the transaction that moves the records. */
export type QueueDepth = {
	readonly scheduled: number;
	readonly inflight: number;
	readonly failed: number;
	readonly acked: number;
	readonly satisfied: number;
	readonly deadletter: number;
	/** Held by an operator; also counted in `scheduled`. */
	readonly held: number;
	/** Put back by the last restart; also counted in `scheduled`. Stays until the next restart. */
	readonly abandoned: number;
	readonly total: number;
};
