import type {PeerId} from '../outbound/names.js';
import type {Lease, QuotaWait, Settlement} from '../storage/store.js';
import type {AckedPart} from './lane-record.js';
import type {LaneWindow} from './lane-windows.js';
import type {LinkState} from './link-state.js';
import type {SendOutcome} from './transport.js';

/** What delivery tells the outside: log lines, metrics and events are made of it. Calls are synchronous and must not throw. */
export type DeliveryObserver = {
	/** The lease is durable; nothing of it has left yet. */
	leased(peer: PeerId, lease: Lease): void;
	/** The settlement is durable. */
	settled(peer: PeerId, done: SettledLease): void;
	linkChanged(peer: PeerId, change: LinkChange): void;
	/** Nothing is in flight and nothing is due. */
	idle(peer: PeerId): void;
	/** Its windows have opened or closed the lane, or another rate holds. */
	windowChanged(peer: PeerId, change: WindowMoved): void;
	/** It begins to wait for a daily quota, or goes on (`undefined`). */
	quotaChanged(peer: PeerId, wait: QuotaWait | undefined): void;
	/** So many records were buried because no quota, or none today, has room for them. */
	quotaBuried(peer: PeerId, records: number): void;
	troubled(peer: PeerId, trouble: LaneTrouble): void;
};

export type SettledLease = {
	readonly lease: Lease;
	readonly settlement: Settlement;
	readonly outcome: SendOutcome;
	readonly acked: AckedPart;
	/** From the lease to its settlement. */
	readonly tookMs: number;
};

export type LinkChange = {
	readonly from: LinkState['kind'];
	readonly to: LinkState['kind'];
	/** Of the trouble, if it was one. */
	readonly message: string | undefined;
	/** When the peer is tried again, for `backoff`. */
	readonly retryInMs: number | undefined;
};

export type WindowMoved = LaneWindow & {
	/** Sends that were ended with it; they go back, and no attempt is counted. */
	readonly endedSends: number;
};

export type LaneTrouble = {
	readonly kind: /** The store could not write a lease or a settlement: it is tried again. */
		| 'lease_failed'
		| 'settle_failed'
		/** The store did not know the lease any more; the answer changed nothing. */
		| 'lease_gone'
		/** The transport answered after the lane had ended the send. */
		| 'late_answer'
		/** A bug of the transport; it is treated as trouble of the link. */
		| 'transport_threw'
		/** A request broke though the peer is well. */
		| 'suspects';
	readonly message: string;
	readonly error?: unknown;
};
