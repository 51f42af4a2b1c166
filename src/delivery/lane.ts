import type {WindowConfig} from '../config/windows.js';
import type {SegmentId} from '../outbound/names.js';
import {Background} from '../runtime/background.js';
import type {KnownPeer} from '../storage/store.js';
import {Coalesced} from './coalesced.js';
import type {Delivery} from './delivery.js';
import type {InflightShare} from './inflight-budget.js';
import {LaneGate} from './lane-gate.js';
import {LaneHealth} from './lane-health.js';
import {LaneLeases} from './lane-leases.js';
import type {LaneOptions} from './lane-options.js';
import {LaneOutcomes} from './lane-outcomes.js';
import {LaneRecord} from './lane-record.js';
import {LaneSlots} from './lane-slots.js';
import {type LaneMode, type LaneSnapshot, laneSnapshot} from './lane-snapshot.js';
import {LaneWindows} from './lane-windows.js';
import type {LaneTrouble} from './observer.js';
import {QuotaMeter} from './quota-meter.js';

/** After the drain time and the transport's grace: how long a store that cannot write may hold up the stop. */
const SETTLE_GRACE_MS = 3000;

/**
 * Everything that belongs to one peer. It sends when it is nudged and never polls: lease, send, judge, settle. One lease is
 * sent in the lane's own slot, more in shared ones, and the next is taken meanwhile. Whatever a peer or a transport does, only
 * this lane waits for it.
 */
export class Lane {
	readonly #options: LaneOptions;
	readonly #background: Background;
	readonly #looks: Coalesced;
	readonly #share: InflightShare;
	readonly #slots: LaneSlots;
	readonly #health: LaneHealth;
	readonly #leases: LaneLeases;
	readonly #record: LaneRecord;
	readonly #windows: LaneWindows;
	readonly #gate: LaneGate;
	readonly #outcomes: LaneOutcomes;
	/** Leased, and waiting for a slot. */
	#ready: Delivery | undefined;
	#mode: LaneMode = {paused: false, draining: false};
	#life: 'new' | 'running' | 'stopped' = 'new';

	constructor(options: LaneOptions) {
		this.#options = options;
		const {peer, clock, policy, observer} = options;
		const nudge = () => this.nudge();
		this.#background = new Background(options.onBug);
		const meter = new QuotaMeter(options.store.quota, peer.no, this.#background);
		this.#looks = new Coalesced(this.#background, () => this.#look());
		this.#record = new LaneRecord(clock);
		this.#windows = new LaneWindows({
			clock,
			policy,
			observer,
			pacer: options.pacer,
			onClose: () => this.#close(),
			onOpen: nudge,
		});
		this.#share = options.budget.join(nudge);
		this.#slots = new LaneSlots({
			shared: options.workerSlots,
			background: this.#background,
			laneCount: options.laneCount,
			rate: () => options.pacer.rate(),
			take: () => this.#takeReady(),
			onFree: nudge,
		});
		this.#health = new LaneHealth({
			...options,
			onChange: change => observer.linkChanged(peer.id, change),
			onProbeBytes: bytes => {
				options.pacer.owe(bytes);
				meter.note(bytes);
			},
			onReady: nudge,
			isBusy: () => this.#leases.isBusy,
			isResting: () => this.#mode.paused || this.#windows.now()?.isOpen === false,
		});
		this.#gate = new LaneGate({...options, health: this.#health, windows: this.#windows, onBudget: nudge});
		this.#leases = new LaneLeases({
			...options,
			health: this.#health,
			meter,
			share: this.#share,
			order: () => this.#gate.order,
			slotCount: () => this.#slots.count,
			onReady: nudge,
			onTrouble: trouble => this.#troubled(trouble),
		});
		this.#outcomes = new LaneOutcomes({
			...options,
			health: this.#health,
			leases: this.#leases,
			record: this.#record,
			onTurn: () => this.#releaseReady(),
			onSettled: nudge,
			onTrouble: trouble => this.#troubled(trouble),
		});
	}

	get peer(): KnownPeer {
		return this.#options.peer;
	}

	get mode(): LaneMode {
		return this.#mode;
	}

	/** Begins to look for work, in the mode it was left in. */
	start(mode: LaneMode): void {
		this.#mode = mode;
		this.#life = 'running';
		this.nudge();
	}

	/** Tells the lane that something may be due. Cheap, idempotent, never throws; any number of nudges is one look. */
	nudge(): void {
		if (this.#life === 'running') {
			this.#looks.ask();
		}
	}

	/** A paused lane starts nothing: what is being sent is finished, what was only leased goes back. */
	setMode(mode: LaneMode): void {
		this.#mode = mode;
		if (mode.paused) {
			this.#releaseReady();
			this.#health.letGo();
		}
		this.nudge();
	}

	/** Of a lane that is paused: resolves once no lease begins any more. One that was being written is on disk then. */
	rested(): Promise<void> {
		return this.#looks.finished();
	}

	/** Ends what is being sent; it goes back, no attempt is counted. */
	endSends(): void {
		this.#close();
	}

	/** Sent and not answered for, and leased still until something proves the peer well. */
	get keptAside(): readonly SegmentId[] {
		return this.#leases.asideIds;
	}

	/** What is kept aside is settled as it stands. */
	letGo(): void {
		this.#health.letGo();
	}

	/** A rate has changed. When it suspends the lane, what waits for the rate goes back. */
	limitsChanged(): void {
		if (this.#options.pacer.suspended()) {
			this.#releaseReady();
		}
		this.#leases.limitsChanged();
		this.nudge();
	}

	/** When the peer may be sent to; none: at any time. */
	setWindows(windows: readonly WindowConfig[]): void {
		this.#windows.replace(windows);
	}

	snapshot(): LaneSnapshot {
		return laneSnapshot({
			...this.#options,
			mode: this.#mode,
			health: this.#health,
			record: this.#record,
			window: this.#windows.now(),
			order: this.#gate.order,
			leases: this.#leases.open.size,
			aside: this.#leases.aside.length,
			sending: this.#leases.sending,
			inflightBytes: this.#share.bytes,
		});
	}

	/**
	 * Starts nothing more and gives what is being sent `drainTimeoutMs` to finish; the rest is ended and released, no attempt is
	 * counted. Then closes the transport. Idempotent; a second call may shorten the time.
	 */
	async stop(drainTimeoutMs: number): Promise<void> {
		this.#life = 'stopped';
		this.#gate.stop();
		this.#leases.stop();
		this.#health.stop();
		this.#releaseReady();
		const {clock, transport} = this.#options;
		const endSends = clock.after(drainTimeoutMs, () => {
			this.#health.stop();
			this.#leases.abort();
		});
		const giveUp = clock.after(drainTimeoutMs + SETTLE_GRACE_MS, () => this.#outcomes.giveUp());
		await this.#background.finished();
		endSends();
		giveUp();
		this.#windows.stop();
		this.#share.close();
		await transport.close();
	}

	async #look(): Promise<void> {
		this.#offerReady();
		while (this.#ready === undefined && !this.#leases.isBlocked && this.#maySend()) {
			this.#ready = await this.#leases.take();
			if (this.#ready === undefined) {
				return;
			}
			// While the store wrote the lease, the lane may have been stopped or the link gone down.
			if (this.#maySend()) {
				this.#offerReady();
			} else {
				this.#releaseReady();
			}
		}
	}

	#maySend(): boolean {
		return this.#gate.mayPass(this.#life !== 'running' || this.#mode.paused);
	}

	#offerReady(): void {
		if (this.#ready !== undefined) {
			this.#slots.offer(this.#ready.lease.classNo);
		}
	}

	#takeReady(): (() => Promise<void>) | undefined {
		this.#windows.look();
		const delivery = this.#ready;
		if (delivery === undefined || this.#health.isInquiring) {
			return undefined;
		}
		this.#ready = undefined;
		this.nudge(); // The next lease is taken while this one is sent.
		return () => this.#deliver(delivery);
	}

	/** What is being sent is ended and goes back, no attempt is counted. How many sends had begun. */
	#close(): number {
		this.#releaseReady();
		this.#health.interrupt();
		return this.#leases.abort();
	}

	/** Nothing of it has left. */
	#releaseReady(): void {
		const delivery = this.#ready;
		if (delivery !== undefined) {
			this.#ready = undefined;
			this.#slots.withdraw();
			this.#background.run(() => this.#outcomes.release(delivery));
		}
	}

	/** Resolves when the slot is free again; what follows from the outcome goes on behind it. */
	async #deliver(delivery: Delivery): Promise<void> {
		const {transport, store} = this.#options;
		const outcome = await delivery.send(transport, store.readPayloads(delivery.lease));
		this.#background.run(() => this.#outcomes.conclude(delivery, outcome));
	}

	#troubled(trouble: LaneTrouble): void {
		this.#options.observer.troubled(this.peer.id, trouble);
	}
}
