import type {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import {checkCeiling} from './ceiling.js';
import {changeMatching} from './change-matching.js';
import {changeRecord} from './change-record.js';
import {CHECK_START, type CheckCursor, type CheckStep, checkStep} from './damage/check-step.js';
import type {Mending} from './damage/mending.js';
import {purgeMatching, purgeOne, retryMatching, retryOne} from './deadletter-verbs.js';
import type {Eviction} from './evict.js';
import {force} from './force.js';
import {forceWaiting} from './force-waiting.js';
import {FrameBuffers} from './frame-buffers.js';
import {GroupCommit} from './group-commit.js';
import type {StoreHandles, StoreSettings} from './handles.js';
import {importDeadletters} from './import-deadletters.js';
import type {InstanceLock} from './instance-lock.js';
import {leasePayloads} from './lease-payloads.js';
import {leaseRecords} from './lease-records.js';
import {type MoveListener, tellMoves} from './moves.js';
import {writeSetting, writeSettings} from './named-settings.js';
import {OpenLease} from './open-lease.js';
import {QuotaDesk} from './quota-desk.js';
import type {Place} from './read-watch.js';
import {recover} from './recover.js';
import {registerPeers} from './register-peers.js';
import {ReplayBook} from './replays.js';
import {retireVerbs} from './retire.js';
import {settle} from './settle.js';
import type {
	BulkProgress,
	ChangeResult,
	DeadletterSelector,
	Enqueued,
	ImportDraft,
	ImportResults,
	Lease,
	LeasedPayloads,
	LeaseWindow,
	OutboundStore,
	ReplayVerbs,
	RetireVerbs,
	SegmentDraft,
	Settlement,
	WaitingChange,
	WaitingSelector,
} from './store.js';
import {StoreQueries} from './store-queries.js';
import {nextTendInMs, tend} from './tend.js';

type Parts = {
	readonly listeners: Set<(peer: PeerNo) => void>;
	readonly evictionListeners: Set<(eviction: Eviction) => void>;
	readonly lock: InstanceLock;
	readonly abandoned: number;
	readonly mending: Mending;
};

/** `OutboundStore` on LMDB: one method a verb, each verb in a file of its own. */
export class LmdbStore extends StoreQueries implements OutboundStore {
	/** Records that the start put back from leases of the former run. */
	readonly abandonedAtStart: number;
	readonly quota: QuotaDesk;
	readonly replays: ReplayVerbs;
	readonly retirement: RetireVerbs;
	readonly #listeners: Parts['listeners'];
	readonly #evictionListeners: Parts['evictionListeners'];
	readonly #lock: InstanceLock;
	readonly #groupCommit: GroupCommit;
	readonly #frameBuffers = new FrameBuffers();
	readonly #mending: Mending;
	#registering: Promise<unknown> = Promise.resolve();

	constructor(handles: StoreHandles, {listeners, evictionListeners, lock, abandoned, mending}: Parts) {
		super(handles);
		this.quota = new QuotaDesk(handles);
		this.replays = new ReplayBook(handles);
		this.retirement = retireVerbs(handles);
		this.#listeners = listeners;
		this.#evictionListeners = evictionListeners;
		this.#lock = lock;
		this.#groupCommit = new GroupCommit(handles);
		this.abandonedAtStart = abandoned;
		this.#mending = mending;
	}

	get storeId(): OutboundStore['storeId'] {
		return this.handles.storeId;
	}

	registerPeers(ids: readonly PeerId[]): Promise<readonly PeerNo[]> {
		const registered = this.#registering.then(() => registerPeers(this.handles, ids));
		this.#registering = registered.catch(() => undefined);
		return registered;
	}

	enqueue(drafts: readonly SegmentDraft[], mode: 'all' | 'each'): Promise<Enqueued> {
		return this.#groupCommit.enqueue(drafts, mode);
	}

	lease(peer: PeerNo, window: LeaseWindow): Promise<Lease | undefined> {
		return leaseRecords(this.handles, peer, window);
	}

	settle(lease: Lease, settlement: Settlement): Promise<boolean> {
		return settle(this.handles, own(lease), settlement);
	}

	readPayloads(lease: Lease): LeasedPayloads {
		return leasePayloads(this.handles, own(lease), this.#frameBuffers);
	}

	/** False once the store's file was removed or replaced: nothing new is taken then. */
	get isInPlace(): boolean {
		return this.handles.env.isInPlace();
	}

	/** Throws `INVALID_CONFIG` when more than `ceilingBytes` is stored that something still needs. */
	checkCeiling(ceilingBytes: number): void {
		checkCeiling(this.handles, ceilingBytes);
	}

	/** In force at once; the trusted downtime matters to the next start only. */
	changeSettings(settings: StoreSettings): void {
		this.handles.settings = settings;
	}

	force(segment: SegmentId, peer: PeerId): Promise<boolean> {
		return force(this.handles, segment, peer);
	}

	forceWaiting(peer: PeerId, limit: number): Promise<number> {
		return forceWaiting(this.handles, peer, limit);
	}

	retry(segment: SegmentId, peer: PeerId): Promise<void> {
		return retryOne(this.handles, segment, peer);
	}

	purge(segment: SegmentId, peer: PeerId): Promise<void> {
		return purgeOne(this.handles, segment, peer);
	}

	retryMatching(selector: DeadletterSelector, limit: number): Promise<BulkProgress> {
		return retryMatching(this.handles, selector, limit);
	}

	purgeMatching(selector: DeadletterSelector, limit: number): Promise<BulkProgress> {
		return purgeMatching(this.handles, selector, limit);
	}

	importDeadletters(drafts: readonly ImportDraft[]): Promise<ImportResults> {
		return importDeadletters(this.handles, drafts, work => this.#groupCommit.alone(work));
	}

	change(change: WaitingChange, segment: SegmentId, peer?: PeerId): Promise<ChangeResult> {
		return changeRecord(this.handles, change, {segment, peer});
	}

	changeMatching(change: WaitingChange, selector: WaitingSelector, limit: number): Promise<BulkProgress> {
		return changeMatching(this.handles, change, selector, limit);
	}

	tend(): Promise<boolean> {
		return tend(this.handles);
	}

	nextTendInMs(): number {
		return nextTendInMs(this.handles);
	}

	writeSetting(name: string, value: unknown): Promise<void> {
		return writeSetting(this.handles, name, value);
	}

	writeSettings(values: ReadonlyMap<string, unknown>): Promise<void> {
		return writeSettings(this.handles, values);
	}

	/** Resolves when what reads have found damaged so far is put right. */
	mended(): Promise<void> {
		return this.#mending.finished();
	}

	get damage(): Mending['counts'] {
		return this.#mending.counts;
	}

	/** A piece of a check of the whole store; see `checkStep` in damage/check-step.ts. `undefined` begins at the beginning. */
	checkStep(cursor: CheckCursor | undefined, maxBytes: number): CheckStep {
		return checkStep(this.handles, cursor ?? CHECK_START, maxBytes);
	}

	/** Puts right what a check found; nothing happens when it is right meanwhile. */
	mend(place: Place): Promise<void> {
		return this.#mending.mend(place);
	}

	onWork(listener: (peer: PeerNo) => void): void {
		this.#listeners.add(listener);
	}

	/** Called when the disk becomes too full for enqueues; at once when it is already. */
	onFull(listener: (error: EdgedError) => void): void {
		this.handles.room.onShort(listener);
	}

	/** After a shortage: enqueues are taken again when this resolves `true`. */
	recover(): Promise<boolean> {
		return recover(this.handles);
	}

	/** Called (synchronously, after the commit) when payloads were given up to make room. */
	onEvicted(listener: (eviction: Eviction) => void): void {
		this.#evictionListeners.add(listener);
	}

	/** Calls `listener` (synchronously, after the commit) when records of a peer have moved; one at a time, `undefined` ends it. */
	watchMoves(listener: MoveListener | undefined): void {
		this.handles.onCommitted = listener && (rows => tellMoves(rows, listener));
	}

	async close(): Promise<void> {
		if (!this.handles.closed) {
			await this.#groupCommit.finished();
			await this.#mending.finished();
			this.handles.closed = true;
			const {root} = this.handles.env;
			// It rejects when the last commit did not fit on the disk; whoever wrote it was told.
			await Promise.allSettled([root.flushed]);
			await root.close();
			await this.#lock.release();
		}
	}
}

const own = (lease: Lease): OpenLease => {
	if (!(lease instanceof OpenLease)) {
		throw new TypeError('a lease that this store did not give');
	}
	return lease;
};
