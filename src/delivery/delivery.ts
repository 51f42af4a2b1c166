import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Lease, LeasedPayloads} from '../storage/store.js';
import type {LanePacer} from './bandwidth.js';
import type {Reservation} from './inflight-budget.js';
import type {TakenLease} from './lease-taker.js';
import type {QuotaMeter} from './quota-meter.js';
import type {SuspectSet} from './suspects.js';
import type {SendContext, SendOutcome, Transport} from './transport.js';
import type {Ticket, Witnesses} from './witnesses.js';

/** How long a transport may take to end a send after it was told to; then the lane goes on without it. */
const ABORT_GRACE_MS = 1000;
/** A running send of several entries whose rest would take longer at a new rate is leased anew, in parts of that rate. */
const LONGEST_REST_SECONDS = 30;
/** Time enough to lease what follows, so that the rate is used without a gap. */
const ALMOST_SENT_SECONDS = 1;

export type DeliveryContext = {
	readonly clock: Clock;
	readonly pacer: LanePacer;
	readonly quota: Pick<QuotaMeter, 'more' | 'note'>;
	readonly witnesses: Pick<Witnesses, 'ticket' | 'peerIsWell'>;
	/** The rest of it leaves within a second, by the rate. */
	onAlmostSent(): void;
	/** The transport answered when nobody waited any more. */
	onLate(outcome: SendOutcome): void;
	/** The transport threw, which its contract forbids. */
	onThrow(error: unknown): void;
};

/** One lease on its way: from the moment it is durable to its settlement. */
export class Delivery {
	readonly lease: Lease;
	readonly leasedAt: MonotonicMs;
	/** Where it was taken from to find the entry that breaks requests; `undefined` for a usual lease. */
	readonly suspects: SuspectSet | undefined;
	readonly #reservation: Reservation;
	readonly #context: DeliveryContext;
	readonly #controller = new AbortController();
	#begunAt: MonotonicMs;
	#begun = false;
	#ticket: Ticket = 0;
	#peerWasWell = false;
	#isAside = false;
	#isReleased = false;
	/** That it is almost sent. */
	#hasSaidSo = false;
	/** Allowed by the rate and not used up yet. */
	#allowed = 0;
	/** Chunks that wait for the rate. */
	#waiting = 0;
	#wrote = 0;
	/** May leave by what the daily quotas were charged for it. */
	#covered: number;

	constructor({lease, reservation}: TakenLease, suspects: SuspectSet | undefined, context: DeliveryContext) {
		this.lease = lease;
		this.suspects = suspects;
		this.#reservation = reservation;
		this.#context = context;
		this.leasedAt = context.clock.elapsed();
		this.#begunAt = this.leasedAt;
		this.#covered = lease.chargedBytes;
	}

	/** When it was handed to the transport. */
	get begunAt(): MonotonicMs {
		return this.#begunAt;
	}

	/** Drawn when it was handed to the transport. */
	get ticket(): Ticket {
		return this.#ticket;
	}

	/** Something else had just been answered when it was handed to the transport. */
	get peerWasWell(): boolean {
		return this.#peerWasWell;
	}

	/** It was sent, and waits for what others say of the peer before it is judged. */
	get isAside(): boolean {
		return this.#isAside;
	}

	/** Bytes have left, or may have. */
	get hasBegun(): boolean {
		return this.#begun;
	}

	get aborted(): boolean {
		return this.#controller.signal.aborted;
	}

	/** So little is left to send that the next lease may follow. */
	get isAlmostSent(): boolean {
		return this.#restBytes <= this.#context.pacer.rate() * ALMOST_SENT_SECONDS;
	}

	/** Of its payload: bytes that have left. */
	get sentBytes(): number {
		return Math.min(this.#wrote, this.lease.byteLength);
	}

	/** Ends the send at once. */
	abort(): void {
		this.#controller.abort();
	}

	/**
	 * The rate has changed. What can hardly go on is ended and released, no attempt is counted: the lane is suspended, or what is left
	 * would take so long that it is better leased again in smaller parts. What waits for nothing but its answer is let be.
	 */
	limitsChanged(): void {
		const isHeldUp = this.#waiting > 0 || !this.#begun;
		if (isHeldUp && this.#canHardlyGoOn) {
			this.#release();
		} else if (this.#begun) {
			this.#lookAhead();
		}
	}

	/** Never rejects, and resolves soon after an abort whatever the transport does. */
	async send(transport: Transport, payloads: LeasedPayloads): Promise<SendOutcome> {
		this.#begunAt = this.#context.clock.elapsed();
		this.#ticket = this.#context.witnesses.ticket();
		this.#peerWasWell = this.#context.witnesses.peerIsWell;
		const sending = this.#send(transport, payloads);
		let counted: number | undefined;
		void sending.then(outcome => {
			if (counted !== undefined) {
				this.#context.quota.note(Math.max(outcome.bytesSent, this.#wrote) - counted);
				this.#context.onLate(outcome);
			}
		});
		const {promise: overdue, cancel} = this.#overdue();
		const outcome = await Promise.race([sending, overdue]);
		counted = Math.max(outcome.bytesSent, this.#wrote);
		cancel();
		this.#context.pacer.owe(Math.max(0, outcome.bytesSent - this.#wrote) - this.#allowed);
		this.#allowed = 0;
		// That it broke was our own doing, and says nothing of the peer.
		return this.#isReleased && outcome.kind !== 'answered'
			? {kind: 'unsent', bytesSent: counted}
			: {...outcome, bytesSent: counted};
	}

	/** Its lease stays open and what it had reserved is free for others. */
	stepAside(): void {
		this.#isAside = true;
		this.end();
	}

	/** Gives back the bytes that the lease had reserved. */
	end(): void {
		this.#reservation.release();
	}

	async #send(transport: Transport, payloads: LeasedPayloads): Promise<SendOutcome> {
		try {
			return await transport.send(this.lease, payloads, this.#sendContext());
		} catch (error) {
			if (this.aborted) {
				return {kind: 'unsent', bytesSent: this.#wrote};
			}
			this.#context.onThrow(error);
			const message = error instanceof Error ? error.message : String(error);
			return {kind: 'link_down', message: `The transport failed: ${message}`, bytesSent: this.#wrote};
		}
	}

	#sendContext(): SendContext {
		const {signal} = this.#controller;
		return {
			signal,
			pace: (bytes, until = signal) => {
				const allowed = this.#context.pacer.spend(bytes, {classNo: this.lease.classNo, signal: until});
				return typeof allowed === 'number' ? this.#mayLeave(allowed) : this.#turn(allowed);
			},
			wrote: (bytes, paced) => {
				this.#wrote += bytes;
				this.#begun ||= bytes > 0;
				this.#allowed -= paced;
				if (bytes !== paced) {
					this.#context.pacer.owe(bytes - paced);
				}
				this.#lookAhead();
			},
		};
	}

	async #turn(allowed: Promise<number>): Promise<number> {
		this.#waiting += 1;
		if (this.#canHardlyGoOn) {
			this.#release(); // When the rate changed, this may have been on its way through the socket.
		}
		try {
			return await this.#mayLeave(await allowed);
		} finally {
			this.#waiting -= 1;
		}
	}

	#mayLeave(bytes: number): number | Promise<number> {
		this.#allowed += bytes;
		this.#begun = true;
		const lack = this.#wrote + this.#allowed - this.#covered;
		return lack > 0 ? this.#cover(lack, bytes) : bytes;
	}

	/** A request that is sent once more, for one, comes to more than the lease was charged. */
	async #cover(lack: number, bytes: number): Promise<number> {
		this.#covered += lack; // Who asks meanwhile asks for himself.
		const more = await this.#context.quota.more(this.lease, lack);
		this.#covered += more - lack;
		if (more === 0) {
			this.#release();
		}
		this.#controller.signal.throwIfAborted();
		return bytes;
	}

	#release(): void {
		this.#isReleased = true;
		this.abort();
	}

	/** At the rate as it is now. */
	get #canHardlyGoOn(): boolean {
		const {pacer} = this.#context;
		const restSeconds = this.#restBytes / pacer.rate();
		return pacer.suspended() || (this.lease.entryCount > 1 && restSeconds > LONGEST_REST_SECONDS);
	}

	/** Of the payload: what frames it is little, and not known here. */
	get #restBytes(): number {
		return Math.max(0, this.lease.byteLength - this.#wrote);
	}

	#lookAhead(): void {
		const {pacer, onAlmostSent} = this.#context;
		if (!this.#hasSaidSo && Number.isFinite(pacer.rate()) && this.isAlmostSent) {
			this.#hasSaidSo = true;
			onAlmostSent();
		}
	}

	#overdue(): {readonly promise: Promise<SendOutcome>; readonly cancel: () => void} {
		const {signal} = this.#controller;
		let cancel = () => {};
		const promise = new Promise<SendOutcome>(resolve => {
			const wait = () => {
				cancel = this.#context.clock.after(ABORT_GRACE_MS, () => {
					resolve({kind: 'unsent', bytesSent: this.#wrote});
				});
			};
			cancel = () => {
				signal.removeEventListener('abort', wait);
			};
			signal.addEventListener('abort', wait, {once: true});
		});
		return {promise, cancel: () => cancel()};
	}
}
