import type {SegmentId} from '../outbound/names.js';
import type {ServiceOrder} from '../storage/store.js';
import {Delivery} from './delivery.js';
import type {LaneHealth} from './lane-health.js';
import type {LaneOptions} from './lane-options.js';
import {planLeases} from './lease-plan.js';
import {LeaseTaker, type TakenLease} from './lease-taker.js';
import type {LaneTrouble} from './observer.js';
import type {QuotaMeter} from './quota-meter.js';
import type {SuspectSet} from './suspects.js';

export type LaneLeasesOptions = LaneOptions & {
	readonly health: LaneHealth;
	readonly meter: QuotaMeter;
	readonly share: ConstructorParameters<typeof LeaseTaker>[0]['share'];
	/** In which what waits is served. */
	order(): ServiceOrder;
	/** How many leases may be sent at a time. */
	slotCount(): number;
	/** It is worth to take again. */
	onReady(): void;
	onTrouble(trouble: LaneTrouble): void;
};

/** Bytes of payload, and how many of them have left. */
export type Sending = {readonly bytes: number; readonly sentBytes: number};

/** What one lane has leased and not settled, and what it may lease next. */
export class LaneLeases {
	readonly #options: LaneLeasesOptions;
	readonly #taker: LeaseTaker;
	readonly #open = new Set<Delivery>();
	/** A daily quota is in the way, as far as it was told. */
	#isSpent = false;
	/** Records buried for want of quota, as far as that was told. */
	#drops: number;

	constructor(options: LaneLeasesOptions) {
		const {peer, store, share, transport, clock, policy, onReady, onTrouble} = options;
		this.#options = options;
		this.#drops = options.store.quota.drops(options.peer.no);
		this.#taker = new LeaseTaker({
			peer: peer.no,
			store,
			share,
			overhead: transport.overhead,
			clock,
			longestWaitMs: policy.backoffMaxMs,
			onReady,
			onFailure: error => onTrouble({kind: 'lease_failed', message: error.message, error}),
		});
	}

	/** Not settled yet. */
	get open(): ReadonlySet<Delivery> {
		return this.#open;
	}

	/** Something is being sent, or is about to be. */
	get isBusy(): boolean {
		return [...this.#open].some(({isAside}) => !isAside);
	}

	/** What is being sent, or is about to be. */
	get sending(): Sending {
		const sum = {bytes: 0, sentBytes: 0};
		for (const {isAside, lease, sentBytes} of this.#open) {
			if (!isAside) {
				sum.bytes += lease.byteLength;
				sum.sentBytes += sentBytes;
			}
		}
		return sum;
	}

	/** Sent, and waiting for what others say of the peer. */
	get aside(): readonly Delivery[] {
		return [...this.#open].filter(({isAside}) => isAside);
	}

	get asideIds(): readonly SegmentId[] {
		return this.aside.flatMap(({lease}) =>
			Array.from({length: lease.entryCount}, (_, index) => lease.entry(index).segmentId),
		);
	}

	/** The store could not write; `onReady` follows. */
	get isBlocked(): boolean {
		return this.#taker.isBlocked;
	}

	/** The next delivery, its lease durable; `undefined` when there is nothing to be had now. */
	async take(): Promise<Delivery | undefined> {
		const delivery = await this.#takePlanned();
		this.#tellQuota();
		return delivery;
	}

	async #takePlanned(): Promise<Delivery | undefined> {
		const {health, pacer, policy, slotCount, observer, peer} = this.#options;
		const plans = planLeases({
			suspicion: health.suspicion,
			open: this.#open,
			// Twice what can be sent at a time: what is answered for and not settled yet must not grow without bound.
			mostOpen: health.witnesses.isFull ? 0 : 2 * slotCount(),
			isWaiting: health.witnesses.isWaiting,
			rate: pacer.rate(),
			outagePolicy: policy.outagePolicy,
			order: this.#options.order(),
		});
		let isHeldUp = false;
		for (const {window, suspects} of plans) {
			const taken = await this.#taker.take(window);
			if (taken === 'wait') {
				return undefined;
			}
			if (taken === 'held_up') {
				isHeldUp = true; // Suspects stay suspects, and what comes behind may fit.
				continue;
			}
			if (taken !== 'nothing_due') {
				return this.#begin(taken, suspects);
			}
			if (suspects !== undefined) {
				health.nothingLeft(suspects);
				this.#options.onReady();
			}
		}
		if (plans.length > 0 && this.#open.size === 0 && !isHeldUp) {
			observer.idle(peer.id);
		}
		return undefined;
	}

	/** What is short only until something that is being sent is settled is not worth a word. */
	#tellQuota(): void {
		const {store, observer, peer} = this.#options;
		const drops = store.quota.drops(peer.no);
		if (drops > this.#drops) {
			observer.quotaBuried(peer.id, drops - this.#drops);
		}
		this.#drops = drops;
		const wait = store.quota.waitOf(peer.no);
		const isSpent = wait?.inMs !== undefined;
		if (isSpent !== this.#isSpent) {
			this.#isSpent = isSpent;
			observer.quotaChanged(peer.id, isSpent ? wait : undefined);
		}
	}

	/** Ends every send. How many of them had begun. */
	abort(): number {
		const ended = [...this.#open].filter(({aborted}) => !aborted);
		for (const delivery of ended) {
			delivery.abort();
		}
		return ended.filter(({hasBegun}) => hasBegun).length;
	}

	/** It is settled, or given up. */
	end(delivery: Delivery): void {
		this.#open.delete(delivery);
		delivery.end();
	}

	/** See `Delivery.limitsChanged`. */
	limitsChanged(): void {
		for (const delivery of this.#open) {
			delivery.limitsChanged();
		}
	}

	/** Takes nothing more. Idempotent. */
	stop(): void {
		this.#taker.stop();
	}

	#begin(taken: TakenLease, suspects: SuspectSet | undefined): Delivery {
		const {health, clock, pacer, meter, observer, peer, onTrouble} = this.#options;
		const delivery = new Delivery(taken, suspects, {
			clock,
			pacer,
			quota: meter,
			witnesses: health.witnesses,
			onAlmostSent: () => this.#options.onReady(),
			onLate: ({kind}) => onTrouble({kind: 'late_answer', message: `A send ended late: ${kind}`}),
			onThrow: error => onTrouble({kind: 'transport_threw', message: 'The transport threw', error}),
		});
		this.#open.add(delivery);
		if (suspects !== undefined) {
			health.partTaken(suspects);
		}
		observer.leased(peer.id, taken.lease);
		return delivery;
	}
}
