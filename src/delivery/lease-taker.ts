import {EdgedError} from '../outbound/errors.js';
import type {PeerNo} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Lease, LeaseWindow, OutboundStore, WireOverhead} from '../storage/store.js';
import {Alarm} from './alarm.js';
import type {InflightShare, Reservation} from './inflight-budget.js';

export type LeaseTakerOptions = {
	readonly peer: PeerNo;
	readonly store: Pick<OutboundStore, 'lease' | 'nextDueAt' | 'quota'>;
	readonly share: InflightShare;
	/** `undefined`: the widest there is. */
	readonly overhead: WireOverhead | undefined;
	readonly clock: Clock;
	/** No record waits longer than this, whatever the wall clock says: it may have been set back by years. */
	readonly longestWaitMs: number;
	/** It is worth to take again. */
	onReady(): void;
	/** The store could not write a lease. */
	onFailure(error: EdgedError): void;
};

export type TakenLease = {readonly lease: Lease; readonly reservation: Reservation};

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** A record that should be due and is not leased must not make the lane spin. */
const OVERDUE_LOOK_MS = 1000;
/** Budget returns when it is foretold, or when a lease that is open is settled; should neither be told, it is found so soon. */
const QUOTA_LOOK_MS = 60_000;

/** Takes leases within the in-flight budget, and knows when to take the next: a record is due, budget returns, or the store can write again. */
export class LeaseTaker {
	readonly #options: LeaseTakerOptions;
	readonly #nextDue: Alarm;
	readonly #storeRetry: Alarm;
	#retryMs = FIRST_RETRY_MS;

	constructor(options: LeaseTakerOptions) {
		this.#options = options;
		this.#nextDue = new Alarm(options.clock, () => options.onReady());
		this.#storeRetry = new Alarm(options.clock, () => options.onReady());
	}

	/** The store could not write; it is asked again after a while. */
	get isBlocked(): boolean {
		return this.#storeRetry.isSet;
	}

	/**
	 * `wait`: the bytes in flight are used up, or the store cannot write. `held_up`: what the window asks for waits for a daily quota.
	 * `onReady` follows both.
	 */
	async take(window: LeaseWindow): Promise<TakenLease | 'nothing_due' | 'held_up' | 'wait'> {
		this.#nextDue.clear();
		const {peer, store, share, overhead} = this.#options;
		const reservation = share.reserve(window.maxBytes);
		if (reservation === undefined) {
			return 'wait';
		}
		let lease: Lease | undefined;
		try {
			const bounds = {maxBytes: reservation.bytes, ...(overhead !== undefined && {overhead})};
			lease = await store.lease(peer, {...window, ...bounds});
		} catch (error) {
			reservation.release();
			this.#failed(error);
			return 'wait';
		}
		this.#retryMs = FIRST_RETRY_MS;
		if (lease === undefined) {
			reservation.release();
			this.#waitUntilDue();
			return store.quota.isHeldUp(peer) ? 'held_up' : 'nothing_due';
		}
		reservation.resize(lease.byteLength);
		return {lease, reservation};
	}

	/** Ends the timers. Idempotent. */
	stop(): void {
		this.#nextDue.clear();
		this.#storeRetry.clear();
	}

	#failed(error: unknown): void {
		if (!(error instanceof EdgedError)) {
			throw error;
		}
		this.#options.onFailure(error);
		this.#storeRetry.set(this.#retryMs);
		this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
	}

	#waitUntilDue(): void {
		const {store, peer, clock, longestWaitMs} = this.#options;
		const dueAt = store.nextDueAt(peer);
		const budgetMs =
			store.quota.waitOf(peer)?.inMs ?? (store.quota.isHeldUp(peer) ? QUOTA_LOOK_MS : undefined);
		const waits = budgetMs === undefined ? [] : [budgetMs];
		if (dueAt !== undefined) {
			const waitMs = dueAt - clock.now();
			waits.push(waitMs > 0 ? Math.min(waitMs, longestWaitMs) : OVERDUE_LOOK_MS);
		}
		if (waits.length > 0) {
			this.#nextDue.set(Math.min(...waits));
		}
	}
}
