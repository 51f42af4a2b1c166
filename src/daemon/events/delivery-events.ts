import type {
	DeliveryObserver,
	LaneTrouble,
	LinkChange,
	SettledLease,
	WindowMoved,
} from '../../delivery/observer.js';
import type {DeadletterReason} from '../../outbound/attempts.js';
import type {PeerId} from '../../outbound/names.js';
import type {ExceptionVerdict, Lease, QuotaWait} from '../../storage/store.js';
import type {EventHub} from './event-hub.js';
import type {MoveKind, RecordEvents} from './record-events.js';

/** More of a peer's words than this helps nobody. */
const MAX_ERROR_CHARS = 300;
const LINK_NAMES = {unknown: 'unknown', up: 'up', probing: 'probing', backoff: 'down'} as const;

/** Passes everything on to `log`, and what others have subscribed to into events. Costs a look at a flag while nobody has. */
export class DeliveryEvents implements DeliveryObserver {
	readonly #log: DeliveryObserver;
	readonly #hub: EventHub;
	readonly #records: RecordEvents;

	constructor(log: DeliveryObserver, hub: EventHub, records: RecordEvents) {
		this.#log = log;
		this.#hub = hub;
		this.#records = records;
	}

	leased(peer: PeerId, lease: Lease): void {
		this.#log.leased(peer, lease);
		if (this.#hub.isListening) {
			this.#noteIds(peer, {from: 'scheduled', to: 'inflight'}, lease, 0, lease.entryCount - 1);
		}
	}

	settled(peer: PeerId, done: SettledLease): void {
		this.#log.settled(peer, done);
		if (this.#hub.isListening) {
			this.#noteSettled(peer, done);
		}
	}

	linkChanged(peer: PeerId, change: LinkChange): void {
		this.#log.linkChanged(peer, change);
		if (this.#hub.isListening) {
			const {from, to, message, retryInMs} = change;
			this.#hub.tell({
				kind: 'link',
				peer_id: peer,
				from: LINK_NAMES[from],
				to: LINK_NAMES[to],
				...(message !== undefined && {error: message.slice(0, MAX_ERROR_CHARS)}),
				...(retryInMs !== undefined && {retry_in_seconds: Math.max(0, Math.round(retryInMs)) / 1000}),
			});
		}
	}

	quotaChanged(peer: PeerId, wait: QuotaWait | undefined): void {
		this.#log.quotaChanged(peer, wait);
	}

	quotaBuried(peer: PeerId, records: number): void {
		this.#log.quotaBuried(peer, records);
	}

	windowChanged(peer: PeerId, change: WindowMoved): void {
		this.#log.windowChanged(peer, change);
	}

	idle(peer: PeerId): void {
		this.#log.idle(peer);
	}

	troubled(peer: PeerId, trouble: LaneTrouble): void {
		this.#log.troubled(peer, trouble);
	}

	#noteSettled(peer: PeerId, {lease, settlement}: SettledLease): void {
		const ranges = settlement.acked === 'all' ? [[0, lease.entryCount - 1] as const] : settlement.acked;
		for (const [first, last] of ranges) {
			this.#noteIds(peer, {from: 'inflight', to: 'acked'}, lease, first, last);
		}
		for (const {event, index} of settlement.exceptions) {
			this.#noteIds(peer, FATES[event], lease, index, index);
		}
	}

	#noteIds(peer: PeerId, kind: MoveKind, lease: Lease, first: number, last: number): void {
		this.#records.noteIds(peer, kind, last - first + 1, index => lease.entry(first + index).segmentId);
	}
}

const buried = (reason: DeadletterReason): MoveKind => ({from: 'inflight', to: 'deadletter', reason});

const FATES: Readonly<Record<ExceptionVerdict['event'], MoveKind>> = {
	fail: {from: 'inflight', to: 'failed'},
	reject: buried('REJECTED'),
	exhaust: buried('MAX_RETRIES'),
	missing: buried('SEGMENT_MISSING'),
	corrupt: buried('CORRUPT'),
};
