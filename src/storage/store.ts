import type {Attempt, AttemptOutcome, DeadletterReason} from '../outbound/attempts.js';
import type {SegmentAddress, StoreId} from '../outbound/made-id.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {ClassNo, Priority} from '../outbound/priorities.js';
import type {DeliveryRecord, Labels, QueueDepth, RecordPage} from '../outbound/record.js';
import type {Brand, EpochMs, LeaseNo, PeerNo} from '../outbound/units.js';
import type {DeadletterVerbs} from './deadletter-interface.js';
import type {EncodedRequest} from './encode-request.js';
import type {StoreQuota, WireOverhead} from './quota.js';
import type {
	BulkProgress,
	ChangeResult,
	DeadletterSelector,
	DeadTally,
	RecordFilter,
	Refusal,
	Refusals,
	TallyStep,
	WaitingChange,
	WaitingSelector,
} from './selectors.js';
import type {Horizon, ServiceOrder} from './service-order.js';
import type {SpaceUse} from './space-use.js';

/**
 * What the rest of edged may ask of the store. Every write resolves only after the fsync that covers it, and is all or
 * nothing. A write that fails because the disk is full rejects with `STORAGE_FULL` or `STORAGE_FAILED`; a store that can no
 * longer be trusted ends the process instead (docs/failures.md, The disk).
 */
export type OutboundStore = DeadletterVerbs & {
	readonly storeId: StoreId;
	readonly quota: StoreQuota;

	/** The peers this store has ever known, with their numbers. Numbers are never used twice. */
	peers(): readonly KnownPeer[];
	/** Numbers for `ids`, made durable when new. */
	registerPeers(ids: readonly PeerId[]): Promise<readonly PeerNo[]>;
	/** The interned route to `ids`. Throws `UNKNOWN_PEER` for an id never registered, and for an empty list. */
	route(ids: readonly PeerId[]): Route;

	/**
	 * Makes `drafts` durable in their order. `all`: one conflict refuses the whole call with `CONFLICT`, nothing is stored.
	 * `each`: every draft has its own status. Rejects with `QUEUE_FULL`, `STORAGE_FULL`, `TOO_LARGE`; then nothing is stored.
	 */
	enqueue(drafts: readonly SegmentDraft[], mode: 'all' | 'each'): Promise<Enqueued>;

	/**
	 * Takes waiting records of `peer` into a lease that is durable when this resolves, no more than the daily quotas allow; `undefined`
	 * when nothing is due, or all that is has to wait for budget (`quota.waitOf`).
	 */
	lease(peer: PeerNo, window: LeaseWindow): Promise<Lease | undefined>;
	/** Settles a lease. Entries that the settlement does not name are released. Resolves `false` when the lease was gone. */
	settle(lease: Lease, settlement: Settlement): Promise<boolean>;
	/** Reads the payloads of a lease for sending; a damaged or missing one is told, never handed out. */
	readPayloads(lease: Lease): LeasedPayloads;
	/** Now, in the order of enqueues: what is enqueued from here on comes after it. */
	horizon(): Horizon;
	/** When the next failed record of `peer` is due, on the wall clock; `undefined` when none waits for a time. */
	nextDueAt(peer: PeerNo): EpochMs | undefined;

	/** O(1): from counters. */
	depth(peer?: PeerNo): QueueDepth;
	/** Payload bytes waiting (scheduled, failed, inflight) for `peer`, from counters. */
	waitingBytes(peer: PeerNo): number;
	deadletterCounts(peer?: PeerNo): Readonly<Record<DeadletterReason, number>>;
	/** When the oldest record that waits for `peer` was enqueued; one key is read. */
	oldestScheduledAt(peer: PeerNo): EpochMs | undefined;
	space(): SpaceUse;

	list(filter: RecordFilter, page: PageRequest): RecordPage;
	/** All records of a segment, or the one for `peer`. Empty when the store does not know it. */
	inspect(segment: SegmentId, peer?: PeerId): readonly DeliveryRecord[];
	/**
	 * What is served before a record that waits for its turn; `undefined` for one that does not (it is being sent, held, backing off or
	 * done with). Looks at a bounded number of rows. `order`: as the lane serves. `NOT_FOUND`, `UNKNOWN_PEER`.
	 */
	ahead(segment: SegmentId, peer: PeerId, order?: ServiceOrder): Ahead | undefined;
	/** The payload, checked against its hash; `undefined` when the segment is unknown. Throws `SEGMENT_MISSING`. */
	payload(segment: SegmentId): StoredPayload | undefined;

	/**
	 * One peer's record, or all that the segment waits for; a move takes a peer. What is so already stays. `NOT_FOUND`,
	 * `UNKNOWN_PEER`; `INVALID_STATE` for a record that is being sent or done with, `SEGMENT_MISSING`, `TOO_LARGE`, each only counted
	 * when others could be changed.
	 */
	change(change: WaitingChange, segment: SegmentId, peer?: PeerId): Promise<ChangeResult>;
	/** What `change` would do, without a change; throws what it would. */
	previewChange(change: WaitingChange, segment: SegmentId, peer?: PeerId): ChangeResult;
	/** At most `limit` records that match, in one commit; those being sent are refused. Call again until `done`. */
	changeMatching(change: WaitingChange, selector: WaitingSelector, limit: number): Promise<BulkProgress>;
	/** One step of what `changeMatching` would change, without a change. */
	previewMatching(change: WaitingChange, selector: WaitingSelector, limit: number): BulkProgress;

	/** Work that is due by the age clock: expiry, retention, trimming of ids. Small steps; `true` while more is due. */
	tend(): Promise<boolean>;
	/** Milliseconds until `tend` may have something to do; `undefined` = nothing is timed. LMDB says a minute at most: it looks after the wall clock. */
	nextTendInMs(): number | undefined;

	/** Small named values that survive restarts (limits set live, pauses). Values are JSON; `undefined` removes one. */
	readSetting(name: string): unknown;
	/** Those whose names begin so, in the order of the names. */
	readSettings(prefix: string): ReadonlyMap<string, unknown>;
	writeSetting(name: string, value: unknown): Promise<void>;
	/** All of them or none. */
	writeSettings(values: ReadonlyMap<string, unknown>): Promise<void>;

	/** Called (synchronously, after the commit) when records of a peer may have become due. */
	onWork(listener: (peer: PeerNo) => void): void;
	/** Flushes and closes. Leases that are open stay on disk and are abandoned by the next start. */
	close(): Promise<void>;
};

export type KnownPeer = {readonly id: PeerId; readonly no: PeerNo};

/** A set of peers, interned by the store: equal routes have equal keys. */
export type Route = {
	readonly peers: readonly PeerNo[];
	readonly key: Brand<string, 'RouteKey'>;
	/**
	 * Nobody asked for these peers by name. A segment that is sent again after the default has changed is then a duplicate; with
	 * peers named it would be a conflict.
	 */
	readonly isDefault?: true;
};

export type SegmentIdentity =
	/** edged makes the id: it is the address. */
	| {readonly kind: 'made'}
	/** A producer's own id. */
	| {readonly kind: 'given'; readonly id: SegmentId}
	/** Made by another edged (or by this one, come back). */
	| {readonly kind: 'foreign'; readonly address: SegmentAddress};

export type SegmentDraft = {
	readonly identity: SegmentIdentity;
	/** Must not be changed until the enqueue has settled. */
	readonly payload: Uint8Array;
	/** Of the payload, when the caller has already verified it; else computed. 32 bytes. */
	readonly sha256?: Uint8Array;
	/** Size, CRC-32 and SHA-256 of the payload, when the caller has already verified them; else computed. */
	readonly verified?: VerifiedRecord;
	readonly contentType?: string;
	readonly labels?: Labels;
	readonly route: Route;
	readonly classNo: ClassNo;
	/** Remaining lifetime; `undefined` = for ever. */
	readonly expiresInMs?: number;
	/** How many edged have had it before; 0 for a producer. */
	readonly hops: number;
};

/** An entry record (entry-record.ts), of which what follows from the payload was verified. Must not be changed either. */
export type VerifiedRecord = {readonly bytes: Buffer; readonly at: number};

export type EnqueueStatus = 'accepted' | 'duplicate' | 'conflict';
export type Enqueued = {
	readonly durability: 'durable';
	readonly count: number;
	status(index: number): EnqueueStatus;
	segmentId(index: number): SegmentId;
	/** Plain words for a conflict, or for a duplicate whose first copy is buried; else `undefined`. */
	note(index: number): string | undefined;
};

export type LeaseWindow = {
	/** Payload bytes; the first segment is taken however large. */
	readonly maxBytes: number;
	readonly maxEntries: number;
	/** Only what of this former lease waits again, whatever else waits. */
	readonly again?: Lease;
	/** Nothing of these former leases. Does not go with `again`. */
	readonly except?: readonly Lease[];
	/** What was charged a failure is leased by itself, one group a lease, so that it can break no request but its own. */
	readonly chargedAlone?: boolean;
	/** Only classes above this one. Does not go with `again`. */
	readonly moreUrgentThan?: ClassNo;
	/** What comes on the wire besides payloads, at most; without it, the widest there is. */
	readonly overhead?: WireOverhead;
	/** Within a class; `oldest_first` unless told. */
	readonly order?: ServiceOrder;
};

/** Records that are being sent to one peer now. Entries are numbered 0..entryCount-1 in order of service. */
export type Lease = {
	readonly peer: PeerNo;
	readonly leaseNo: LeaseNo;
	readonly leasedAt: EpochMs;
	readonly entryCount: number;
	/** Payload bytes. */
	readonly byteLength: number;
	/** What it counts against the daily quotas until it is settled. */
	readonly chargedBytes: number;
	/** The most urgent class in it. */
	readonly classNo: ClassNo;
	entry(index: number): LeasedEntry;
};

/** One entry of a lease, decoded on demand. */
export type LeasedEntry = {
	readonly index: number;
	readonly segmentId: SegmentId;
	/** Where the segment was first made, when its id is a made id. */
	readonly address: SegmentAddress | undefined;
	readonly sizeBytes: number;
	readonly sha256: Uint8Array;
	readonly crc32: number;
	readonly contentType: string | undefined;
	readonly labels: Labels;
	readonly priority: Priority;
	readonly enqueuedAt: EpochMs;
	/** Remaining lifetime at the time of the call; `undefined` = for ever. */
	readonly expiresInMs: number | undefined;
	readonly hops: number;
	readonly chargedFailures: number;
	readonly attemptCount: number;
};

export type LeasedPayloads = {
	/**
	 * CRC-checked bytes of entry `index`; `missing` or `corrupt` must be settled as such. `unneeded`: it was cut out of the lease
	 * since, because an operator buried it or other peers were enough; it is not to be sent.
	 */
	read(index: number): Uint8Array | 'missing' | 'corrupt' | 'unneeded';
	/**
	 * The whole lease as a request, every payload CRC-checked: several times as fast as entry by entry. `undefined` when some entry
	 * cannot be read or is not needed any more, or the lease is not to be had in one piece: then go entry by entry.
	 */
	frame(): EncodedRequest | undefined;
};

/** What became of the entries of a lease, by their index. An index named twice, or out of range, is a bug and throws. */
export type Settlement = {
	/** Indexes acknowledged; `'all'` = every one that is still in the lease. */
	readonly acked: 'all' | readonly IndexRange[];
	readonly exceptions: readonly ExceptionVerdict[];
	/** What left for it, framing and repeats included, as it counts for the daily quotas; not known = what it was charged. */
	readonly bytesSent?: number;
};
/** `[first, last]`, both included. */
export type IndexRange = readonly [number, number];

export type ExceptionVerdict = {
	readonly index: number;
	readonly error: string;
	readonly outcome: AttemptOutcome;
	readonly bytesSent: number;
} & (
	| {readonly event: 'fail' /** From now. */; readonly retryInMs: number}
	| {readonly event: 'reject' | 'exhaust' | 'missing' | 'corrupt'}
);

export type PageRequest = {readonly limit: number; readonly cursor?: string};

export type Ahead = {
	readonly records: number;
	/** Of payload. */
	readonly bytes: number;
	/** There may be more. */
	readonly isAtLeast: boolean;
	/** By the mean size of what waits. */
	readonly isBytesEstimated: boolean;
};

export type StoredPayload = {
	readonly bytes: Uint8Array;
	readonly sha256: string;
	readonly contentType: string | undefined;
	readonly labels: Labels;
};

export type {ReplayVerbs, RetireVerbs} from './deadletter-interface.js';
export type {ImportDraft, ImportedDeath, ImportResult, ImportResults, ImportStatus} from './import-draft.js';
export type * from './quota.js';
export type {Replay, ReplayOrder} from './replays.js';
export type {Retired} from './retire.js';
export type {
	Attempt,
	BulkProgress,
	ChangeResult,
	DeadletterSelector,
	DeadTally,
	Horizon,
	Refusal,
	Refusals,
	ServiceOrder,
	SpaceUse,
	TallyStep,
	WaitingChange,
	WaitingSelector,
};
