import type {PeerId} from '../outbound/names.js';
import type {QueueDepth} from '../outbound/record.js';
import type {EpochMs} from '../outbound/units.js';
import type {QuotaWait, ServiceOrder} from '../storage/store.js';
import {etaSeconds} from './lane-eta.js';
import type {LaneHealth} from './lane-health.js';
import type {Sending} from './lane-leases.js';
import type {LaneOptions} from './lane-options.js';
import type {LaneRecord} from './lane-record.js';
import type {LaneWindow} from './lane-windows.js';
import type {LinkState} from './link-state.js';
import {suspectCount} from './suspects.js';

/** The foremost fact about a lane: what keeps it from sending now, or `up`. `unknown`: nothing was tried yet. */
export type LaneCondition =
	| 'unknown'
	| 'up'
	| 'probing'
	| 'down'
	| 'throttled'
	| 'quota'
	| 'closed'
	| 'paused';

/** A lane as status shows it. */
export type LaneSnapshot = {
	readonly peerId: PeerId;
	readonly link: LaneCondition;
	readonly paused: boolean;
	readonly draining: boolean;
	/** What it waits for when its link is `quota`, or would wait for. */
	readonly quotaWait: QuotaWait | undefined;
	readonly lastAckAt: EpochMs | undefined;
	readonly lastError: string | undefined;
	/** Of the link, since it was last well. */
	readonly consecutiveFailures: number;
	/** When the lane looks again by itself: its windows open, a backoff of the link ends, or a failed record is due. */
	readonly nextAttemptAt: EpochMs | undefined;
	/** Acknowledged payload, averaged over about 10 s. */
	readonly bytesPerSecondNow: number;
	/** What its windows say; `undefined` when it has none. */
	readonly window: LaneWindow | undefined;
	/** `undefined` when nothing moves, and when the windows change before the queue is empty. */
	readonly etaSeconds: number | undefined;
	/** Leases that are not settled yet, and their payload bytes. */
	readonly leases: number;
	readonly inflightBytes: number;
	/** Without what is kept aside. */
	readonly sending: Sending;
	/** It looks for an entry that breaks requests. */
	readonly searching: boolean;
	readonly suspicion: LaneSuspicion;
	readonly order: ServiceOrder;
};

/** What is known of entries that break requests. */
export type LaneSuspicion = {
	/** Among so many segments the next culprit is searched; 0 when nothing is suspected. */
	readonly suspects: number;
	/** So many segments broke alone and are kept aside: nothing was answered since that would prove the peer well. */
	readonly alone: number;
};

export type LaneMode = {readonly paused: boolean; readonly draining: boolean};

export type LaneFacts = Pick<LaneOptions, 'peer' | 'store' | 'pacer' | 'clock'> & {
	readonly mode: LaneMode;
	readonly health: LaneHealth;
	readonly record: LaneRecord;
	readonly window: LaneWindow | undefined;
	readonly leases: number;
	/** Leases of one entry that wait for what others say of the peer. */
	readonly aside: number;
	readonly inflightBytes: number;
	readonly sending: Sending;
	readonly order: ServiceOrder;
};

export const laneSnapshot = ({
	peer,
	store,
	pacer,
	clock,
	mode,
	health,
	record,
	window,
	...rest
}: LaneFacts): LaneSnapshot => {
	const {link} = health;
	const now = clock.now();
	const quotaWait = depthWaits(store.depth(peer.no)) ? store.quota.waitOf(peer.no) : undefined;
	const backoffMs = link.kind === 'backoff' ? link.until - clock.elapsed() : 0;
	const isClosed = window?.isOpen === false;
	// Without a rate a request is let through at once, whatever the link makes of it.
	const isPaced = Number.isFinite(pacer.rate());
	const isStopped = mode.paused || isClosed || pacer.suspended() || quotaWait !== undefined;
	return {
		peerId: peer.id,
		link: condition(
			{...mode, isClosed, isSuspended: pacer.suspended(), isSpent: quotaWait !== undefined},
			link,
		),
		quotaWait,
		...mode,
		lastAckAt: record.lastAckAt,
		lastError: record.lastError,
		consecutiveFailures: health.consecutiveFailures,
		nextAttemptAt: isClosed
			? window.next?.at
			: backoffMs > 0
				? ((now + backoffMs) as EpochMs)
				: store.nextDueAt(peer.no),
		window,
		bytesPerSecondNow: record.bytesPerSecond,
		// The pace is of late: it says nothing of a lane that an order has stopped, nor of the time after the present window.
		etaSeconds: isStopped
			? undefined
			: within(
					window,
					now,
					etaSeconds({
						leftBytes: store.waitingBytes(peer.no) - (isPaced ? rest.sending.sentBytes : 0),
						acknowledgedNow: record.bytesPerSecond,
						wireNow: isPaced ? pacer.pace() : 0,
						now,
						quotaEnds: [store.quota.use(peer.id), store.quota.use(undefined)].map(
							({exhaustedAt}) => exhaustedAt,
						),
					}),
				),
		leases: rest.leases,
		inflightBytes: rest.inflightBytes,
		sending: rest.sending,
		order: rest.order,
		searching: health.isSearching,
		suspicion: {suspects: suspectCount(health.suspicion), alone: rest.aside},
	};
};

/** `etaSeconds`, if the windows do not change before. */
export const within = (
	window: LaneWindow | undefined,
	now: EpochMs,
	etaSeconds: number | undefined,
): number | undefined =>
	etaSeconds !== undefined && window?.next !== undefined && now + etaSeconds * 1000 > window.next.at
		? undefined
		: etaSeconds;

const depthWaits = ({scheduled, failed, held}: QueueDepth): boolean => scheduled + failed > held;

type Hindrances = {
	readonly paused: boolean;
	readonly isClosed: boolean;
	readonly isSuspended: boolean;
	/** It waits for budget. */
	readonly isSpent: boolean;
};

const condition = ({paused, isClosed, isSuspended, isSpent}: Hindrances, link: LinkState): LaneCondition => {
	if (paused) {
		return 'paused';
	}
	if (isClosed) {
		return 'closed';
	}
	if (isSuspended) {
		return 'throttled';
	}
	if (isSpent) {
		return 'quota';
	}
	return link.kind === 'backoff' ? 'down' : link.kind;
};
