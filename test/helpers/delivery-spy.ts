import type {
	DeliveryObserver,
	LaneTrouble,
	LinkChange,
	SettledLease,
	WindowMoved,
} from '../../src/delivery/observer.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {Lease, QuotaWait} from '../../src/storage/store.js';
import type {Watch} from './watch.js';

/** Remembers what delivery tells, and wakes who waits for it. */
export class DeliverySpy implements DeliveryObserver {
	readonly leases: Array<{readonly peer: PeerId; readonly lease: Lease}> = [];
	readonly settlements: Array<SettledLease & {readonly peer: PeerId}> = [];
	readonly linkChanges: Array<LinkChange & {readonly peer: PeerId}> = [];
	readonly windowChanges: WindowMoved[] = [];
	readonly quotaWaits: Array<QuotaWait | undefined> = [];
	readonly troubles: LaneTrouble[] = [];
	/** How often each peer was idle. */
	readonly idles = new Map<PeerId, number>();
	readonly #watch: Watch;

	constructor(watch: Watch) {
		this.#watch = watch;
	}

	leased(peer: PeerId, lease: Lease): void {
		this.leases.push({peer, lease});
		this.#watch.touch();
	}

	settled(peer: PeerId, done: SettledLease): void {
		this.settlements.push({peer, ...done});
		this.#watch.touch();
	}

	linkChanged(peer: PeerId, change: LinkChange): void {
		this.linkChanges.push({peer, ...change});
		this.#watch.touch();
	}

	idle(peer: PeerId): void {
		this.idles.set(peer, (this.idles.get(peer) ?? 0) + 1);
		this.#watch.touch();
	}

	windowChanged(_peer: PeerId, change: WindowMoved): void {
		this.windowChanges.push(change);
		this.#watch.touch();
	}

	quotaChanged(_peer: PeerId, wait: QuotaWait | undefined): void {
		this.quotaWaits.push(wait);
		this.#watch.touch();
	}

	quotaBuried(): void {}

	troubled(_peer: PeerId, trouble: LaneTrouble): void {
		this.troubles.push(trouble);
		this.#watch.touch();
	}
}
