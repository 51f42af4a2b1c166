import type {DeadletterReason} from '../outbound/attempts.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {DeliveryRecord, QueueDepth, RecordPage} from '../outbound/record.js';
import type {EpochMs, PeerNo} from '../outbound/units.js';
import type {AgeBucket} from './age-slices.js';
import {aheadOf} from './ahead.js';
import {previewMatching} from './change-matching.js';
import {previewRecord} from './change-record.js';
import {counter, deadletterCounts, depthIn} from './counters.js';
import type {StoreHandles} from './handles.js';
import {nextDueAt, oldestScheduledAt} from './lane-times.js';
import {list} from './list.js';
import {readSetting, readSettings} from './named-settings.js';
import {inspect, readPayload} from './records.js';
import type {RecordFilter} from './selectors.js';
import {OLDEST_FIRST} from './service-order.js';
import {spaceUse} from './space-use.js';
import type {
	Ahead,
	BulkProgress,
	ChangeResult,
	DeadletterSelector,
	Horizon,
	KnownPeer,
	PageRequest,
	Route,
	ServiceOrder,
	SpaceUse,
	StoredPayload,
	TallyStep,
	WaitingChange,
	WaitingSelector,
} from './store.js';
import {tallyMatching} from './tally-dead.js';

/** What may be asked of the store without a write. */
export class StoreQueries {
	/** For fsck and the tests of the invariant too, which look at every row. */
	readonly handles: StoreHandles;

	constructor(handles: StoreHandles) {
		this.handles = handles;
	}

	peers(): readonly KnownPeer[] {
		return this.handles.peers.all;
	}

	route(ids: readonly PeerId[]): Route {
		return this.handles.peers.route(ids);
	}

	nextDueAt(peer: PeerNo): EpochMs | undefined {
		return nextDueAt(this.handles, peer);
	}

	horizon(): Horizon {
		return this.handles.numbers.blockLimit as number as Horizon;
	}

	depth(peer?: PeerNo): QueueDepth {
		return depthIn(this.handles.counters, peer);
	}

	waitingBytes(peer: PeerNo): number {
		return counter(this.handles.counters.get(peer), 'waitingBytes');
	}

	deadletterCounts(peer?: PeerNo): Readonly<Record<DeadletterReason, number>> {
		return deadletterCounts(this.handles.counters, peer);
	}

	oldestScheduledAt(peer: PeerNo): EpochMs | undefined {
		return oldestScheduledAt(this.handles, peer);
	}

	/**
	 * Of what waits for each of `peers`, is being sent or held: how much is younger than the first border, than the second, ..., and
	 * how much is older than all. Exact in records and bytes; an age is known to 1 %, or 2 s. The first call reads all that waits, some
	 * milliseconds a turn; calls within a quarter of an hour are answered at once. Throws `BUSY`.
	 */
	async waitingByAge(
		peers: readonly PeerNo[],
		bordersMs: readonly number[],
	): Promise<ReadonlyArray<readonly AgeBucket[]>> {
		const {waitingAges, age} = this.handles;
		const slices = await waitingAges.of(this.handles, peers);
		return slices.map(ages => ages.buckets(age.now(), bordersMs));
	}

	space(): SpaceUse {
		return spaceUse(this.handles);
	}

	list(filter: RecordFilter, page: PageRequest): RecordPage {
		return list(this.handles, filter, page);
	}

	inspect(segment: SegmentId, peer?: PeerId): readonly DeliveryRecord[] {
		return inspect(this.handles, segment, peer);
	}

	ahead(segment: SegmentId, peer: PeerId, order: ServiceOrder = OLDEST_FIRST): Ahead | undefined {
		return aheadOf(this.handles, segment, peer, order);
	}

	payload(segment: SegmentId): StoredPayload | undefined {
		return readPayload(this.handles, segment);
	}

	previewChange(change: WaitingChange, segment: SegmentId, peer?: PeerId): ChangeResult {
		return previewRecord(this.handles, change, {segment, peer});
	}

	previewMatching(change: WaitingChange, selector: WaitingSelector, limit: number): BulkProgress {
		return previewMatching(this.handles, change, selector, limit);
	}

	tallyMatching(selector: DeadletterSelector): TallyStep {
		return tallyMatching(this.handles, selector);
	}

	readSetting(name: string): unknown {
		return readSetting(this.handles, name);
	}

	readSettings(prefix: string): ReadonlyMap<string, unknown> {
		return readSettings(this.handles, prefix);
	}
}
