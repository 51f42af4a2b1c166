import type {SuccessCondition} from '../config/relay.js';
import type {Dispatcher} from '../delivery/dispatcher.js';
import {EdgedError} from '../outbound/errors.js';
import type {PeerId} from '../outbound/names.js';
import {MAX_EVENT_IDS} from '../rpc/event-kinds.js';
import type {Clock} from '../runtime/clock.js';
import type {Enqueued, OutboundStore, Route, SegmentDraft, StoreQuota} from '../storage/store.js';
import {checkRouteSize} from '../storage/success-condition.js';
import type {RecordEvents} from './events/record-events.js';
import type {Peers} from './peers.js';
import type {Phase} from './phase.js';
import type {StoreHealth} from './store-health.js';

/** What came in through all doors since the start; only ever goes up. */
export type IntakeCounters = {
	accepted: number;
	duplicate: number;
	conflict: number;
	acceptedBytes: number;
	/** Calls that were answered, and from the call to its fsync, all together. */
	calls: number;
	seconds: number;
	/** Whole calls, by code. */
	readonly refusals: Map<string, number>;
};

export type IntakeOptions = {
	readonly store: Pick<OutboundStore, 'enqueue' | 'payload'> & {
		readonly quota: Pick<StoreQuota, 'refusal'>;
	};
	readonly peers: Peers;
	readonly lanes: Pick<Dispatcher, 'isDraining'>;
	readonly phase: Phase;
	readonly storeHealth: Pick<StoreHealth, 'failed'>;
	readonly recordEvents?: Pick<RecordEvents, 'noteIds' | 'isWatching'>;
	readonly clock: Clock;
	/** In force until the next start. */
	readonly successCondition: SuccessCondition;
};

/** Calls that were begun one after the other. */
type Era = {open: number; ended: (() => void) | undefined};

/** The way into the store for all doors: knows who may be sent to, what is drained, and counts. */
export class Intake {
	readonly counters: IntakeCounters = {
		accepted: 0,
		duplicate: 0,
		conflict: 0,
		acceptedBytes: 0,
		calls: 0,
		seconds: 0,
		refusals: new Map(),
	};
	readonly #options: IntakeOptions;
	#era: Era = {open: 0, ended: undefined};
	/** Of the eras before this one. */
	#formerEras: Promise<unknown> = Promise.resolve();

	constructor(options: IntakeOptions) {
		this.#options = options;
	}

	/** See `StoreQuota.refusal`. */
	get quota(): Pick<StoreQuota, 'refusal'> {
		return this.#options.store.quota;
	}

	/** `undefined` when no peer is a default. */
	defaultRoute(): Route | undefined {
		return this.#options.peers.defaultRoute;
	}

	/** See `Peers.route`. */
	route(ids: readonly PeerId[]): Route {
		return this.#options.peers.route(ids);
	}

	payload(...[segment]: Parameters<OutboundStore['payload']>): ReturnType<OutboundStore['payload']> {
		return this.#options.store.payload(segment);
	}

	/**
	 * As the store's, and `SHUTTING_DOWN` or `DRAINING` when nothing new is taken, `INVALID_ARGUMENT` for a route with fewer peers
	 * than must have a segment.
	 */
	async enqueue(drafts: readonly SegmentDraft[], mode: 'all' | 'each'): Promise<Enqueued> {
		const {store, clock, storeHealth} = this.#options;
		const calledAt = clock.elapsed();
		try {
			const enqueued = await this.arriving(() => {
				this.#admit(drafts);
				return store.enqueue(drafts, mode);
			});
			this.counters.calls++;
			this.counters.seconds += (clock.elapsed() - calledAt) / 1000;
			this.#count(drafts, enqueued);
			this.#noteIds(drafts, enqueued);
			return enqueued;
		} catch (error) {
			if (error instanceof EdgedError) {
				const {refusals} = this.counters;
				refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
				if (error.code === 'STORAGE_FAILED') {
					storeHealth.failed(error);
				}
			}
			throw error;
		}
	}

	/** For `work` that brings records to a peer in another way, e.g. by a move: `answered` waits for it too. */
	async arriving<Result>(work: () => Promise<Result>): Promise<Result> {
		const era = this.#era;
		era.open++;
		try {
			return await work();
		} finally {
			if (--era.open === 0) {
				era.ended?.();
			}
		}
	}

	/** Resolves once everything that was begun before this call has been answered. */
	async answered(): Promise<void> {
		const era = this.#era;
		this.#era = {open: 0, ended: undefined};
		const ended =
			era.open === 0
				? undefined
				: new Promise<void>(resolve => {
						era.ended = resolve;
					});
		this.#formerEras = Promise.all([this.#formerEras, ended]);
		await this.#formerEras;
	}

	#admit(drafts: readonly SegmentDraft[]): void {
		const {phase} = this.#options;
		if (phase.isStopping) {
			throw new EdgedError('SHUTTING_DOWN', 'edged is shutting down');
		}
		if (!phase.isRunning) {
			throw new EdgedError('BUSY', 'edged is starting');
		}
		let last: Route | undefined;
		for (const {route} of drafts) {
			if (route !== last) {
				last = route;
				this.#admitRoute(route);
			}
		}
	}

	#admitRoute(route: Route): void {
		const {peers, lanes, successCondition} = this.#options;
		checkRouteSize(successCondition, route.peers.length);
		for (const no of route.peers) {
			if (peers.idOf(no) === undefined) {
				throw changedUnderWay(route);
			}
			if (peers.isLeaving(no)) {
				throw new EdgedError('DRAINING', `${peers.idOf(no)} is being removed from the configuration`);
			}
		}
		const drained = route.peers.find(no => lanes.isDraining(no));
		if (drained !== undefined) {
			const id = peers.idOf(drained);
			const message = `${id} is being drained and takes nothing new until \`edgectl relay resume ${id}\``;
			throw new EdgedError('DRAINING', message, {peer_id: id});
		}
	}

	#noteIds(drafts: readonly SegmentDraft[], enqueued: Enqueued): void {
		const {recordEvents, peers} = this.#options;
		if (recordEvents?.isWatching !== true) {
			return;
		}
		for (const [index, {route}] of drafts.slice(0, MAX_EVENT_IDS).entries()) {
			for (const no of enqueued.status(index) === 'accepted' ? route.peers : []) {
				recordEvents.noteIds(peers.idOf(no), {to: 'scheduled'}, 1, () => enqueued.segmentId(index));
			}
		}
	}

	#count(drafts: readonly SegmentDraft[], enqueued: Enqueued): void {
		const {counters} = this;
		drafts.forEach(({payload}, index) => {
			const status = enqueued.status(index);
			counters[status]++;
			counters.acceptedBytes += status === 'accepted' ? payload.byteLength : 0;
		});
	}
}

/** While the payload was read, a reload has removed a peer of the route. */
const changedUnderWay = (route: Route): EdgedError =>
	route.isDefault
		? new EdgedError('BUSY', 'The default peers have just changed: try again')
		: new EdgedError('UNKNOWN_PEER', 'A peer of the segment has just been removed from the configuration');
