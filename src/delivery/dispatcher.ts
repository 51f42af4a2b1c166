import type {CatchUpPolicy} from '../config/relay.js';
import type {WindowConfig} from '../config/windows.js';
import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Service} from '../runtime/service.js';
import type {KnownPeer, OutboundStore} from '../storage/store.js';
import type {Bandwidth} from './bandwidth.js';
import {InflightBudget} from './inflight-budget.js';
import {Lane} from './lane.js';
import type {LanePolicy, LaneStore} from './lane-options.js';
import type {LaneMode, LaneSnapshot} from './lane-snapshot.js';
import type {DeliveryObserver} from './observer.js';
import type {Transport} from './transport.js';
import {WorkerSlots} from './worker-slots.js';

export type DispatcherStore = LaneStore & Pick<OutboundStore, 'onWork' | 'readSetting' | 'writeSettings'>;

export type DispatcherOptions = {
	readonly store: DispatcherStore;
	readonly bandwidth: Bandwidth;
	/** As the configuration has them now; none: at any time. */
	windowsOf(peer: PeerId): readonly WindowConfig[];
	/** Delivery slots that the lanes share, beside one of its own for each. */
	readonly workerCount: number;
	/** Payload bytes in leases, of all lanes together. */
	readonly maxInflightBytes: number;
	readonly catchUp: CatchUpPolicy;
	readonly drainTimeoutMs: number;
	readonly policy: Omit<LanePolicy, 'peerId'>;
	readonly clock: Clock;
	readonly observer: DeliveryObserver;
	/** Told of bugs: what is thrown and is no refusal of the store. */
	onBug(error: unknown): void;
};

/** `same`: all lanes that were meant were as ordered already, and nothing was written. */
export type ModeChange = 'changed' | 'same';

export type LaneChange = {readonly peerId: PeerId; readonly from: LaneMode; readonly to: LaneMode};

const RUNNING: LaneMode = {paused: false, draining: false};

/** All lanes: starts and stops them, and passes on what concerns them. Starting and stopping is all it does to a lane's work. */
export class Dispatcher implements Service {
	readonly name = 'delivery';
	readonly #options: DispatcherOptions;
	readonly #lanes = new Map<PeerNo, Lane>();
	readonly #budget: InflightBudget;
	readonly #workerSlots: WorkerSlots;
	#started = false;
	#orders: Promise<void> = Promise.resolve();

	constructor(options: DispatcherOptions) {
		this.#options = options;
		this.#budget = new InflightBudget(options.maxInflightBytes);
		this.#workerSlots = new WorkerSlots(options.workerCount);
		options.store.onWork(peer => this.#lanes.get(peer)?.nudge());
		options.bandwidth.onChange(() => {
			for (const lane of this.#lanes.values()) {
				lane.limitsChanged();
			}
		});
	}

	/** A lane for `peer`. It starts with the dispatcher, or at once when that runs, in the mode that it was left in. */
	add(peer: KnownPeer, transport: Transport): void {
		const {store, bandwidth, catchUp, policy, clock, observer, onBug} = this.#options;
		const lane = new Lane({
			peer,
			transport,
			store,
			pacer: bandwidth.pacer(peer.id),
			catchUp,
			budget: this.#budget,
			workerSlots: this.#workerSlots,
			laneCount: () => this.#lanes.size,
			policy: {...policy, peerId: peer.id},
			clock,
			observer,
			onBug,
		});
		lane.setWindows(this.#options.windowsOf(peer.id));
		this.#lanes.set(peer.no, lane);
		if (this.#started) {
			this.#start(lane);
		}
	}

	/** Stops the lane of `peer` as the daemon's stop would, and forgets it. What waits for the peer stays in the store. */
	async remove(peer: PeerId, drainTimeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
		const lane = this.#lane(peer);
		await lane.stop(drainTimeoutMs);
		this.#lanes.delete(lane.peer.no);
	}

	/** The same, and a new lane takes its place: for a peer that is to be reached in another way. */
	async replace(peer: KnownPeer, transport: Transport, drainTimeoutMs?: number): Promise<void> {
		await this.remove(peer.id, drainTimeoutMs);
		this.add(peer, transport);
	}

	async start(): Promise<void> {
		this.#started = true;
		for (const lane of this.#lanes.values()) {
			this.#start(lane);
		}
	}

	/** What is being sent gets the drain time to finish, then it is ended and released. A second call may be more impatient. */
	async stop(drainTimeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
		this.#started = false; // One that is added now has nothing to start for.
		await Promise.all([...this.#lanes.values()].map(async lane => lane.stop(drainTimeoutMs)));
	}

	/** `windowsOf` says something new. */
	reloadWindows(): void {
		for (const lane of this.#lanes.values()) {
			lane.setWindows(this.#options.windowsOf(lane.peer.id));
		}
	}

	/**
	 * One lane, or all. Durable and in force when it resolves: no lease begins any more; those that are being sent may still be open.
	 * `end` ends them; what they hold goes back, no attempt is counted.
	 */
	async pause(peer?: PeerId, sends: 'finish' | 'end' = 'finish'): Promise<ModeChange> {
		const changes = await this.steer(peer, ({draining}) => ({paused: true, draining}));
		for (const lane of sends === 'end' ? this.#chosen(peer) : []) {
			if (lane.mode.paused) {
				lane.endSends(); // Somebody may have resumed others meanwhile.
			}
		}
		return changes.length === 0 ? 'same' : 'changed';
	}

	/** Ends pause and drain. */
	async resume(peer?: PeerId): Promise<ModeChange> {
		return (await this.steer(peer, () => RUNNING)).length === 0 ? 'same' : 'changed';
	}

	/** Delivers what waits, also when paused. Refusing what is new is up to the doors: see `isDraining`. */
	async drain(peer?: PeerId): Promise<ModeChange> {
		const changes = await this.steer(peer, () => ({paused: false, draining: true}));
		return changes.length === 0 ? 'same' : 'changed';
	}

	/**
	 * One lane, or all: each gets the mode that `change` makes of its own, whoever else is about to change it. One commit, in which what
	 * `also` gives is written too. Durable and in force when it resolves; no lease begins any more where it is paused.
	 */
	async steer(
		peer: PeerId | undefined,
		change: (mode: LaneMode, peer: PeerId) => LaneMode,
		also: (changes: readonly LaneChange[]) => ReadonlyMap<string, unknown> = () => new Map(),
	): Promise<readonly LaneChange[]> {
		this.#chosen(peer); // An unknown peer is refused at once.
		const ordered = this.#orders.then(() => this.#order(peer, change, also));
		this.#orders = ordered.then(
			() => {},
			() => {},
		);
		const changes = await ordered;
		const resting = this.#chosen(peer).filter(({mode}) => mode.paused);
		await Promise.all(resting.map(lane => lane.rested()));
		return changes;
	}

	/** New segments for `peer` are to be refused with `DRAINING`. */
	isDraining(peer: PeerNo): boolean {
		return this.#lanes.get(peer)?.mode.draining ?? false;
	}

	/** See `Lane.keptAside`; nothing for a peer that has no lane. */
	keptAside(peer: PeerNo): readonly SegmentId[] {
		return this.#lanes.get(peer)?.keptAside ?? [];
	}

	letGo(peer: PeerNo): void {
		this.#lanes.get(peer)?.letGo();
	}

	/** In the order in which the lanes were added. Throws `UNKNOWN_PEER`. */
	snapshots(peer?: PeerId): readonly LaneSnapshot[] {
		return this.#chosen(peer).map(lane => lane.snapshot());
	}

	/** One order after the other: each builds on the mode that the one before has left. */
	async #order(
		peer: PeerId | undefined,
		change: (mode: LaneMode, peer: PeerId) => LaneMode,
		also: (changes: readonly LaneChange[]) => ReadonlyMap<string, unknown>,
	): Promise<readonly LaneChange[]> {
		const orders = this.#chosen(peer).map(({mode, peer: {id, no}}) => ({
			no,
			peerId: id,
			from: mode,
			to: change(mode, id),
		}));
		const changes = orders.filter(({from, to}) => !isSameMode(from, to));
		const settings = new Map(also(changes));
		for (const {peerId, to} of changes) {
			settings.set(settingName(peerId), to);
		}
		if (settings.size > 0) {
			await this.#options.store.writeSettings(settings);
		}
		for (const {no, to} of orders) {
			// A reload may have put another lane in its place, which has read the former mode.
			this.#lanes.get(no)?.setMode(to);
		}
		return changes;
	}

	#start(lane: Lane): void {
		lane.start(parseMode(this.#options.store.readSetting(settingName(lane.peer.id))));
	}

	#chosen(peer: PeerId | undefined): readonly Lane[] {
		return peer === undefined ? [...this.#lanes.values()] : [this.#lane(peer)];
	}

	#lane(peer: PeerId): Lane {
		for (const lane of this.#lanes.values()) {
			if (lane.peer.id === peer) {
				return lane;
			}
		}
		throw new EdgedError('UNKNOWN_PEER', `No peer is called ${peer}`, {peer_id: peer});
	}
}

export const isSameMode = (one: LaneMode, other: LaneMode): boolean =>
	one.paused === other.paused && one.draining === other.draining;

const settingName = (peer: PeerId): string => `lane:mode:${peer}`;

/** What is not what `steer` writes counts as running. */
const parseMode = (value: unknown): LaneMode => {
	const mode = typeof value === 'object' && value !== null ? (value as Partial<LaneMode>) : RUNNING;
	return {paused: mode.paused === true, draining: mode.draining === true};
};
