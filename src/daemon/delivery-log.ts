import type {
	DeliveryObserver,
	LaneTrouble,
	LinkChange,
	SettledLease,
	WindowMoved,
} from '../delivery/observer.js';
import type {PeerId} from '../outbound/names.js';
import {type Clock, formatTime} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {QuotaWait} from '../storage/store.js';
import {SparingLines} from './sparing-lines.js';

/** What one lane has done since the start; only ever goes up. Read by the metrics. */
export type LaneCounters = {
	ackedRecords: number;
	ackedBytes: number;
	/** Records whose attempt failed, was refused, or could not be made. */
	failedAttempts: number;
	/** Bytes that the transport sent, framing included. */
	sentBytes: number;
	leases: number;
	linkFailures: number;
};

/** Of one request. */
const MOST_LINES = 3;

export type DeliveryListener = {
	/** After each settlement. */
	settled(): void;
	/** After one that buried something. */
	buriedOrFreed(): void;
};

/** Turns what delivery tells into log lines and counters. */
export class DeliveryLog implements DeliveryObserver {
	readonly counters = new Map<PeerId, LaneCounters>();
	readonly #logger: Logger;
	readonly #listener: DeliveryListener;
	/** A link may flap for ever. */
	readonly #sparing: SparingLines;
	/** Records buried as `QUOTA` that no line has told of. */
	readonly #unsaidDrops = new Map<PeerId, number>();

	constructor(logger: Logger, listener: DeliveryListener, clock: Clock) {
		this.#logger = logger;
		this.#listener = listener;
		this.#sparing = new SparingLines(clock);
	}

	/** Says what was kept back. */
	stop(): void {
		this.#sparing.stop();
	}

	leased(peer: PeerId): void {
		this.#of(peer).leases++;
	}

	settled(peer: PeerId, {lease, settlement, outcome, acked, tookMs}: SettledLease): void {
		const counters = this.#of(peer);
		counters.ackedRecords += acked.entries;
		counters.ackedBytes += acked.bytes;
		counters.failedAttempts += settlement.exceptions.length;
		counters.sentBytes += outcome.bytesSent;
		this.#listener.settled();
		if (this.#logger.isLevelEnabled('debug')) {
			this.#logger.debug(
				{peer_id: peer, entries: lease.entryCount, acked: acked.entries, took_ms: Math.round(tookMs)},
				'a lease was settled',
			);
		}
		this.#noteBuried(peer, lease, settlement);
	}

	/** A line each for the first few: a peer that refuses everything must not fill the log. */
	#noteBuried(peer: PeerId, lease: SettledLease['lease'], {exceptions}: SettledLease['settlement']): void {
		const buried = exceptions.filter(({event}) => event !== 'fail');
		for (const {index, outcome, error} of buried.slice(0, MOST_LINES)) {
			const facts = {peer_id: peer, segment_id: lease.entry(index).segmentId, outcome, error};
			this.#logger.warn(facts, 'a segment was buried as deadletter');
		}
		if (buried.length > 0) {
			this.#listener.buriedOrFreed();
		}
		if (buried.length > MOST_LINES) {
			const more = buried.length - MOST_LINES;
			this.#logger.warn({peer_id: peer, more}, 'more segments of this request were buried');
		}
	}

	linkChanged(peer: PeerId, {from, to, message, retryInMs}: LinkChange): void {
		const facts = {peer_id: peer, from, to};
		if (to === 'backoff') {
			this.#of(peer).linkFailures++;
			const retry = {retry_in_seconds: Math.round((retryInMs ?? 0) / 100) / 10};
			this.#sparing.say(`link ${peer}`, unsaid => {
				this.#logger.warn({...facts, ...retry, error: message, ...kept(unsaid)}, 'the link is down');
			});
		} else if (to === 'up') {
			this.#sparing.say(`link ${peer}`, unsaid => {
				this.#logger.info({...facts, ...kept(unsaid)}, 'the link is up');
			});
		} else {
			this.#logger.debug(facts, 'the link is probed');
		}
	}

	windowChanged(peer: PeerId, {isOpen, bytesPerSecond, next, endedSends}: WindowMoved): void {
		const facts = {
			peer_id: peer,
			...(isOpen && {bytes_per_second: bytesPerSecond}),
			...(!isOpen && {ended_sends: endedSends}),
			changes_at: next === undefined ? null : formatTime(next.at),
		};
		this.#logger.info(
			facts,
			isOpen ? 'the window of the peer is open' : 'the peer is closed until its next window',
		);
	}

	quotaChanged(peer: PeerId, wait: QuotaWait | undefined): void {
		this.#sparing.say(`quota ${peer}`, unsaid => {
			if (wait === undefined) {
				this.#logger.info({peer_id: peer, ...kept(unsaid)}, 'no record waits for the daily quota any more');
				return;
			}
			const facts = {
				peer_id: peer,
				quota_of: wait.limit,
				quota_bytes: wait.quotaBytes,
				used_bytes: wait.usedBytes,
				needed_bytes: wait.neededBytes,
				returns_at: wait.returnsAt === undefined ? null : formatTime(wait.returnsAt),
			};
			this.#logger.warn({...facts, ...kept(unsaid)}, 'what waits for the peer waits for daily quota');
		});
	}

	quotaBuried(peer: PeerId, records: number): void {
		this.#unsaidDrops.set(peer, (this.#unsaidDrops.get(peer) ?? 0) + records);
		this.#sparing.say(`drops ${peer}`, () => {
			const facts = {peer_id: peer, records: this.#unsaidDrops.get(peer)};
			this.#unsaidDrops.delete(peer);
			this.#logger.warn(
				facts,
				'records were buried as QUOTA: see edgectl relay deadletter list --reason QUOTA',
			);
		});
	}

	idle(): void {}

	troubled(peer: PeerId, {kind, message, error}: LaneTrouble): void {
		const facts = {peer_id: peer, trouble: kind, ...(error !== undefined && {err: error})};
		this.#sparing.say(`${kind} ${peer}`, unsaid => {
			this.#logger.warn({...facts, ...kept(unsaid)}, message);
		});
	}

	#of(peer: PeerId): LaneCounters {
		const known = this.counters.get(peer);
		if (known !== undefined) {
			return known;
		}
		const made = {
			ackedRecords: 0,
			ackedBytes: 0,
			failedAttempts: 0,
			sentBytes: 0,
			leases: 0,
			linkFailures: 0,
		};
		this.counters.set(peer, made);
		return made;
	}
}

/** So many like it were not said, within ten minutes. */
const kept = (unsaid: number): {readonly unsaid?: number} => (unsaid > 0 ? {unsaid} : {});
