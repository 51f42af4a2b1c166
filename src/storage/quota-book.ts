import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, LeaseNo, PeerNo} from '../outbound/units.js';
import type {AgeClock} from './age-clock.js';
import type {PeerRegistry} from './peer-registry.js';
import type {QuotaLimits, QuotaUse, QuotaWait} from './quota.js';
import {BUCKET_MS, QuotaBuckets} from './quota-buckets.js';
import {type QuotaRow, type Spent, TOTAL} from './quota-rows.js';

/** What a peer's records of one class may still be charged: the least of what its own quota and the total leave. */
export type QuotaRoom = {
	readonly now: number;
	/** If all that is being sent turned out to have cost nothing. */
	readonly atBest: number;
	/** On a day on which nothing else is sent. */
	readonly ever: number;
};

type Waiting = {readonly classNo: ClassNo; readonly neededBytes: number};

const NO_LIMITS: QuotaLimits = {policy: 'defer', reservePercent: 0, totalBytes: 0, peers: new Map()};

/**
 * The daily quotas in memory: what the buckets hold, and what open leases are charged. A lease counts from the moment it is taken
 * until its settlement, whose bytes then count in the bucket of the settlement, never in an earlier one: what was sent is counted for
 * a day at least.
 */
export class QuotaBook {
	readonly #age: AgeClock;
	readonly #peers: PeerRegistry;
	readonly #buckets = new Map<PeerNo, QuotaBuckets>();
	/** Charges of open leases; under `TOTAL` their sum. */
	readonly #open = new Map<PeerNo, number>();
	/** What was charged to an open lease after it was taken; it is in the buckets already. */
	readonly #extra = new Map<LeaseNo, number>();
	readonly #waiting = new Map<PeerNo, Waiting>();
	/** Whose last look was held up. */
	readonly #heldUp = new Set<PeerNo>();
	/** Waits that are not written into the counters yet. */
	readonly #defers = new Map<PeerNo, number>();
	#limits: QuotaLimits = NO_LIMITS;
	/** There is a quota of some peer, or of all. */
	isAnySet = false;

	constructor(age: AgeClock, peers: PeerRegistry, rows: readonly QuotaRow[]) {
		this.#age = age;
		this.#peers = peers;
		for (const {peer, bucket, bytes} of rows) {
			this.#of(peer).add(bucket, bytes);
		}
	}

	get limits(): QuotaLimits {
		return this.#limits;
	}

	set limits(limits: QuotaLimits) {
		this.#limits = limits;
		this.isAnySet = limits.totalBytes > 0 || [...limits.peers.values()].some(bytes => bytes > 0);
	}

	/** Some quota binds what is sent to `peer`. */
	isLimited(peer: PeerNo): boolean {
		return this.#limits.totalBytes > 0 || this.#quotaOf(peer) > 0;
	}

	room(peer: PeerNo, classNo: ClassNo): QuotaRoom {
		const now = this.#age.now();
		const sides = [this.#side(peer, classNo, now), this.#side(TOTAL, classNo, now)];
		const least = (left: (side: Side) => number) => Math.min(...sides.map(left));
		return {
			now: least(({quota, used, open}) => quota - used - open),
			atBest: least(({quota, used}) => quota - used),
			ever: least(({quota}) => quota),
		};
	}

	/** Bytes of the last 24 hours and of open leases. */
	used(peer: PeerNo): number {
		return this.#of(peer).sum(this.#age.now()) + this.openOf(peer);
	}

	openOf(peer: PeerNo): number {
		return this.#open.get(peer) ?? 0;
	}

	bytesIn(peer: PeerNo, bucket: number): number {
		return this.#of(peer).of(bucket);
	}

	/** A lease is charged `bytes`; less than 0 takes it back. */
	charge(peer: PeerNo, bytes: number): void {
		this.#open.set(peer, this.openOf(peer) + bytes);
		this.#open.set(TOTAL, this.openOf(TOTAL) + bytes);
	}

	/** Bytes have been written into a bucket. */
	spent({peer, bucket, bytes}: Spent): void {
		this.#of(peer).add(bucket, bytes);
		this.#of(TOTAL).add(bucket, bytes);
	}

	/** One bucket of one peer, or of the total, is what it was not. */
	put({peer, bucket, bytes}: QuotaRow): void {
		this.#of(peer).add(bucket, bytes - this.bytesIn(peer, bucket));
	}

	extraOf(lease: LeaseNo): number {
		return this.#extra.get(lease) ?? 0;
	}

	/** `bytes` more than it was charged are in the buckets for `lease`. */
	addExtra(lease: LeaseNo, bytes: number): void {
		this.#extra.set(lease, this.extraOf(lease) + bytes);
	}

	forgetExtra(lease: LeaseNo): void {
		this.#extra.delete(lease);
	}

	/** A look for a lease begins, at all that waits or at a part of it. */
	beginLook(peer: PeerNo): void {
		this.#heldUp.delete(peer);
	}

	isHeldUp(peer: PeerNo): boolean {
		return this.#heldUp.has(peer);
	}

	/** A look for a lease was held up. Counted once until something is leased again, or nothing waits. */
	wait(peer: PeerNo, waiting: Waiting): void {
		if (!this.#waiting.has(peer)) {
			this.#defers.set(peer, this.newDefers(peer) + 1);
		}
		this.#waiting.set(peer, waiting);
		this.#heldUp.add(peer);
	}

	endWait(peer: PeerNo): void {
		this.#waiting.delete(peer);
	}

	/** Peers that wait, for a charge of another to be corrected perhaps. */
	get waiting(): readonly PeerNo[] {
		return [...this.#waiting.keys()];
	}

	isWaiting(peer: PeerNo): boolean {
		return this.#waiting.has(peer);
	}

	newDefers(peer: PeerNo): number {
		return this.#defers.get(peer) ?? 0;
	}

	/** So many of the new waits are in the counters now. */
	countedDefers(peer: PeerNo, count: number): void {
		this.#defers.set(peer, this.newDefers(peer) - count);
	}

	waitOf(peer: PeerNo): QuotaWait | undefined {
		const waiting = this.#waiting.get(peer);
		return waiting && this.#wait(peer, waiting);
	}

	/** Milliseconds until `bytes` of class urgent have room; `undefined` when they have. */
	lacks(peer: PeerNo, bytes: number): number | undefined {
		const wait = this.#wait(peer, {classNo: URGENT, neededBytes: bytes});
		return wait === undefined ? undefined : (wait.inMs ?? BUCKET_MS);
	}

	#wait(peer: PeerNo, {classNo, neededBytes}: Waiting): QuotaWait | undefined {
		const now = this.#age.now();
		const waits = [this.#side(peer, classNo, now), this.#side(TOTAL, classNo, now)].flatMap(side => {
			const lack = neededBytes - (side.quota - side.used - side.open);
			return lack > 0 ? [{side, at: side.buckets.freeAt(lack, now) ?? NEVER}] : [];
		});
		const longest = waits.sort((a, b) => b.at - a.at)[0];
		return longest === undefined
			? undefined
			: {
					limit: longest.side.peer === TOTAL ? 'total' : 'peer',
					classNo,
					neededBytes,
					quotaBytes: longest.side.quota,
					reservedBytes: this.#quotaOf(longest.side.peer) - longest.side.quota,
					usedBytes: longest.side.used + longest.side.open,
					inMs: longest.at === NEVER ? undefined : longest.at - now,
					returnsAt: longest.at === NEVER ? undefined : this.#age.toWall(longest.at as AgeMs),
				};
	}

	/** When the quota of `peer`, or the total, is spent, and when some of it returns. */
	outlook(peer: PeerNo): Pick<QuotaUse, 'exhaustedAt' | 'returnsAt'> {
		const now = this.#age.now();
		const {quota, used, open, buckets} = this.#side(peer, URGENT, now);
		const isSpent = used + open >= quota;
		const exhausted = isSpent || quota === NEVER ? undefined : buckets.reaches(quota, open, now);
		const returns = isSpent ? buckets.freeAt(Math.min(used, used + open - quota + 1), now) : undefined;
		return {
			exhaustedAt: exhausted && this.#age.toWall(exhausted),
			returnsAt: returns && this.#age.toWall(returns),
		};
	}

	#side(peer: PeerNo, classNo: ClassNo, now: AgeMs): Side {
		const whole = this.#quotaOf(peer);
		const share = classNo === URGENT ? 100 : 100 - this.#limits.reservePercent;
		const quota = whole === 0 ? NEVER : Math.floor((whole * share) / 100);
		const buckets = this.#of(peer);
		return {peer, quota, buckets, used: buckets.sum(now), open: this.openOf(peer)};
	}

	/** 0 = unlimited. */
	#quotaOf(peer: PeerNo): number {
		const {totalBytes, peers} = this.#limits;
		return peer === TOTAL ? totalBytes : (peers.get(this.#peers.id(peer)) ?? 0);
	}

	#of(peer: PeerNo): QuotaBuckets {
		let buckets = this.#buckets.get(peer);
		if (buckets === undefined) {
			buckets = new QuotaBuckets();
			this.#buckets.set(peer, buckets);
		}
		return buckets;
	}
}

type Side = {
	readonly peer: PeerNo;
	/** For the class that was asked for. */
	readonly quota: number;
	readonly buckets: QuotaBuckets;
	readonly used: number;
	readonly open: number;
};

const NEVER = Number.POSITIVE_INFINITY;
const URGENT: ClassNo = 0;
