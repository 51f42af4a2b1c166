import Bottleneck from 'bottleneck';
import {EdgedError} from '../outbound/errors.js';
import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import {
	type Asker,
	type BandwidthLimiter,
	chunkBytes,
	type LimiterState,
	suspends,
} from './bandwidth-limiter.js';
import {PaceQueue} from './pace-queue.js';

export type LimiterOptions = {
	/** 0 = unlimited. */
	readonly bytesPerSecond: number;
	/** How many seconds of the rate an idle limiter saves up. */
	readonly burstSeconds: number;
	readonly clock: Clock;
};

/**
 * The one door to bottleneck: its reservoir is the token bucket. What it (2.19.5) cannot do is done here:
 * - One of its jobs costs milliseconds, so tokens are bought in lots, into a purse from which senders are served.
 * - A weight above the reservoir waits for ever and blocks all behind it, so a lot is never more than a quarter of the burst, or
 *   what is there.
 * - Its own refill is late and dies with the first `updateSettings`, so it is refilled by `incrementReservoir` from the
 *   monotonic clock, and only while somebody waits; a new rate is a new Bottleneck.
 * - It times jobs by the wall clock: set back an hour, it sleeps an hour. A lot that is affordable and not handed out by the
 *   next look is bought from a new Bottleneck.
 */
export const createBottleneckLimiter = (options: LimiterOptions): BandwidthLimiter =>
	new BottleneckLimiter(options);

const LOTS_PER_BURST = 4;
/** Tokens are looked after at least so often while somebody waits; also the longest that a stuck Bottleneck is believed. */
const LONGEST_LOOK_MS = 250;
const SHORTEST_LOOK_MS = 5;
/** A lot holds at least what so much time earns: it bounds the number of jobs, and so what they cost. */
const SMALLEST_LOT_MS = 10;

class BottleneckLimiter implements BandwidthLimiter {
	readonly #clock: Clock;
	readonly #burstSeconds: number;
	readonly #queue: PaceQueue;
	#rate: number;
	#bucket: Bottleneck;
	/** Tokens in the bucket, as far as they were put in. */
	#level: number;
	/** Tokens bought and not spent; below 0 a debt. */
	#purse: number;
	/** Up to when the rate has been turned into tokens. */
	#earnedUntil: MonotonicMs;
	#throttleCount = 0;
	#buying = false;
	#stopped = false;

	constructor({bytesPerSecond, burstSeconds, clock}: LimiterOptions) {
		this.#clock = clock;
		this.#burstSeconds = burstSeconds;
		this.#rate = bytesPerSecond;
		this.#queue = new PaceQueue(clock);
		this.#level = this.#capacity;
		this.#purse = this.#lot;
		this.#bucket = new Bottleneck({reservoir: this.#level});
		this.#earnedUntil = clock.elapsed();
	}

	async spend(wanted: number, asker: Asker): Promise<number> {
		asker.signal.throwIfAborted();
		if (this.#stopped) {
			throw stopping();
		}
		if (this.#rate === 0) {
			return wanted;
		}
		const bytes = Math.min(wanted, this.#chunk);
		if (this.#queue.isEmpty && this.#purse >= bytes && !suspends(this.#rate)) {
			this.#purse -= bytes;
			return bytes;
		}
		if (!this.#queue.isEmpty || suspends(this.#rate) || this.#tokens() < bytes) {
			this.#throttleCount += 1;
		}
		const turn = this.#queue.wait(wanted, asker);
		this.#serve();
		return turn;
	}

	owe(bytes: number): void {
		if (this.#rate > 0) {
			void this.#refill(); // First, or the time before the debt would pay it.
			this.#purse -= Math.max(bytes, Math.min(0, this.#purse - this.#lot));
		}
	}

	setRate(bytesPerSecond: number): void {
		if (bytesPerSecond === this.#rate || this.#stopped) {
			return;
		}
		this.#earn();
		const former = this.#rate;
		this.#rate = bytesPerSecond;
		if (former === 0 || bytesPerSecond === 0) {
			this.#level = this.#capacity;
			this.#purse = this.#lot;
		} else {
			// A debt stays as long as it was, at the new price.
			const debt = Math.min(0, (this.#purse * bytesPerSecond) / former);
			this.#level = Math.min(this.#level, this.#capacity);
			this.#purse = debt || Math.min(this.#purse, this.#lot);
		}
		this.#renewBucket();
		this.#serve();
	}

	state(): LimiterState {
		const unlimited = this.#rate === 0;
		return {
			bytesPerSecond: this.#rate,
			availableTokens: unlimited ? undefined : Math.floor(this.#tokens()),
			burstBytes: unlimited ? undefined : this.#burst,
			throttleCount: this.#throttleCount,
		};
	}

	async stop(): Promise<void> {
		if (!this.#stopped) {
			this.#stopped = true;
			this.#queue.refuseAll(stopping());
			await this.#bucket.stop({dropWaitingJobs: true});
		}
	}

	get #chunk(): number {
		return chunkBytes(this.#rate);
	}

	get #burst(): number {
		return Math.max(this.#chunk, Math.floor(this.#rate * this.#burstSeconds));
	}

	get #lot(): number {
		return Math.floor(this.#burst / LOTS_PER_BURST);
	}

	/** Of the bucket: with a lot in the purse, an idle limiter holds a burst. */
	get #capacity(): number {
		return this.#burst - this.#lot;
	}

	/** Lets through who can be; starts to buy for who cannot. */
	#serve(): void {
		if (this.#rate === 0) {
			this.#queue.letAllThrough();
		}
		if (!this.#buying) {
			this.#buying = true;
			void this.#buyUntilServed();
		}
	}

	async #buyUntilServed(): Promise<void> {
		let wanted = this.#queue.nextBytes(this.#chunk);
		while (wanted !== undefined && !this.#stopped && this.#rate > 0 && !suspends(this.#rate)) {
			if (this.#purse >= wanted) {
				this.#purse -= wanted;
				this.#queue.letNextThrough(this.#chunk);
			} else {
				await this.#buyLot(wanted - this.#purse);
			}
			wanted = this.#queue.nextBytes(this.#chunk);
		}
		this.#buying = false; // In the same turn as the last look, or a sender could come in between unseen.
	}

	/** Returns once tokens were bought, or the bucket was replaced. */
	async #buyLot(needed: number): Promise<void> {
		const bucket = this.#bucket;
		await this.#refill();
		const lot = this.#lotFor(needed);
		if (bucket !== this.#bucket) {
			return;
		}
		let open = true;
		const purchase = bucket
			.schedule({weight: lot}, async () => {})
			.then(
				() => {
					open = false;
					// Of a replaced bucket nothing counts: its tokens are in the new one.
					if (bucket === this.#bucket) {
						this.#level -= lot;
						this.#purse += lot;
					}
				},
				() => {
					open = false; // Dropped with its bucket.
				},
			);
		let wasAffordable = false;
		while (open && bucket === this.#bucket && !this.#stopped) {
			await this.#refill();
			const affordable = this.#level >= lot;
			if (open && affordable && wasAffordable && bucket === this.#bucket) {
				this.#renewBucket();
				return;
			}
			wasAffordable = affordable;
			await this.#untilBought(purchase, affordable ? 0 : lot - this.#level);
		}
	}

	/**
	 * All that is there, if somebody waits for it, else up to a quarter of the burst: a busy machine is slow to hand out, and must not
	 * be slow to send for it. What nobody waits for would be saved up beside the bucket.
	 */
	#lotFor(needed: number): number {
		if (this.#level > this.#lot) {
			const asked = Math.ceil(this.#queue.demand(this.#chunk) - this.#purse);
			return Math.min(this.#level, Math.max(this.#lot, asked));
		}
		const least = Math.ceil((this.#rate * SMALLEST_LOT_MS) / 1000);
		return Math.min(this.#lot, Math.max(least, Math.ceil(needed), this.#level));
	}

	/** Resolves when `purchase` does, or `missing` tokens should be there, or it is time to look after the bucket. */
	async #untilBought(purchase: Promise<void>, missing: number): Promise<void> {
		const untilEarned = missing > 0 ? (missing * 1000) / this.#rate : LONGEST_LOOK_MS;
		const delayMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, untilEarned));
		let cancel = () => {};
		const look = new Promise<void>(resolve => {
			cancel = this.#clock.after(delayMs, resolve);
		});
		await Promise.race([purchase, look]);
		cancel();
	}

	async #refill(): Promise<void> {
		const added = this.#earn();
		if (added > 0) {
			await this.#bucket.incrementReservoir(added);
		}
	}

	/** Turns the time since the last call into tokens: for the debt, then the bucket, then the purse. Returns the bucket's. */
	#earn(): number {
		const now = this.#clock.elapsed();
		const earned = Math.floor(((now - this.#earnedUntil) * this.#rate) / 1000);
		if (earned <= 0) {
			if (this.#rate === 0) {
				this.#earnedUntil = now;
			}
			return 0;
		}
		this.#earnedUntil = (this.#earnedUntil + (earned * 1000) / this.#rate) as MonotonicMs;
		const paid = Math.min(earned, Math.max(0, Math.ceil(-this.#purse)));
		const added = Math.min(earned - paid, this.#capacity - this.#level);
		this.#level += added;
		this.#purse += paid + Math.min(earned - paid - added, Math.max(0, this.#lot - this.#purse - paid));
		return added;
	}

	#tokens(): number {
		const earned = ((this.#clock.elapsed() - this.#earnedUntil) * this.#rate) / 1000;
		return Math.min(this.#burst, this.#level + this.#purse + earned);
	}

	#renewBucket(): void {
		const former = this.#bucket;
		this.#bucket = new Bottleneck({reservoir: this.#level});
		void former.stop({dropWaitingJobs: true});
	}
}

const stopping = (): EdgedError => new EdgedError('SHUTTING_DOWN', 'The limiter is stopped');
