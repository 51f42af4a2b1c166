import type {BandwidthState} from '../../delivery/bandwidth.js';
import type {LaneSnapshot} from '../../delivery/lane-snapshot.js';
import type {EpochMs} from '../../outbound/units.js';
import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';
import type {Result} from '../../rpc/contract/methods.js';
import type {WirePeerStatus} from '../../rpc/contract/status.js';
import {formatTime} from '../../runtime/clock.js';
import type {KnownPeer} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {bandwidthView} from './bandwidth-view.js';
import {depthView} from './depth-view.js';
import {jobView} from './job-view.js';
import {rateInForce} from './rate-in-force.js';
import {storageView} from './storage-view.js';

/** Built from counters and one key a peer: as fast with a million waiting as with none. */
export const statusView = (parts: Parts): Result<'relay.status'> => {
	const {config, store, peers, dispatcher, bandwidth, storeHealth, storeCheck, clock} = parts;
	const snapshots = new Map(dispatcher.snapshots().map(snapshot => [snapshot.peerId, snapshot]));
	return {
		enabled: peers.configured.length > 0,
		workers: config.relay.workerCount,
		success_condition: String(config.relay.successCondition),
		queue_depth: depthView(store.depth()),
		bandwidth: bandwidthView(bandwidth.state()),
		storage: storageView({
			space: store.space(),
			writes: storeHealth.isFailing ? 'failing' : 'well',
			check: storeCheck.progress,
			damage: store.damage,
		}),
		peers: [
			...peers.configured.map(peer => peerView(parts, peer, snapshots.get(peer.id) ?? NEVER_RUN)),
			...peers.orphaned.map(peer => peerView(parts, peer, ORPHANED)),
		],
		...replaysView(parts),
		queried_at: formatTime(clock.now()),
	};
};

const replaysView = ({replays}: Parts): Pick<Result<'relay.status'>, 'replays'> => {
	const running = replays
		.all()
		.map(jobView)
		.filter(({state}) => state === 'running');
	return running.length === 0
		? {}
		: {
				replays: running.map(({job_id, left, matched, rate_per_second, eta_seconds}) => ({
					job_id,
					left,
					matched,
					rate_per_second,
					eta_seconds: eta_seconds ?? 0,
				})),
			};
};

type Shown = Omit<
	LaneSnapshot,
	'peerId' | 'link' | 'leases' | 'inflightBytes' | 'searching' | 'quotaWait' | 'order'
> & {
	readonly link: WirePeerStatus['link'];
};

const IDLE = {
	paused: false,
	draining: false,
	lastAckAt: undefined,
	lastError: undefined,
	consecutiveFailures: 0,
	nextAttemptAt: undefined,
	window: undefined,
	bytesPerSecondNow: 0,
	etaSeconds: undefined,
	suspicion: {suspects: 0, alone: 0},
	sending: {bytes: 0, sentBytes: 0},
} as const;
const NEVER_RUN: Shown = {...IDLE, link: 'unknown'};
const ORPHANED: Shown = {...IDLE, link: 'orphaned'};

const peerView = (
	{store, bandwidth}: Pick<Parts, 'store' | 'bandwidth'>,
	{id, no}: KnownPeer,
	lane: Shown,
): WirePeerStatus => ({
	...limitView(lane, bandwidth.state(id), bandwidth.state()),
	peer_id: id,
	link: lane.link,
	paused: lane.paused,
	draining: lane.draining,
	queue_depth: depthView(store.depth(no)),
	waiting_bytes: store.waitingBytes(no),
	sending: {bytes: lane.sending.bytes, sent_bytes: lane.sending.sentBytes},
	oldest_scheduled_at: timeOrNull(store.oldestScheduledAt(no)),
	last_ack_at: timeOrNull(lane.lastAckAt),
	last_error: lane.lastError ?? null,
	consecutive_failures: lane.consecutiveFailures,
	next_attempt_at: timeOrNull(lane.nextAttemptAt),
	opens_at: timeOrNull(lane.window?.isOpen === false ? lane.window.next?.at : undefined),
	closes_at: timeOrNull(lane.window?.next?.isOpen === false ? lane.window.next.at : undefined),
	bytes_per_second_now: Math.round(lane.bytesPerSecondNow),
	eta_seconds: lane.etaSeconds === undefined ? null : Math.ceil(lane.etaSeconds),
	suspicion: lane.suspicion,
});

/** Of a peer that is not configured any more nothing counts. */
const limitView = (
	{link}: Shown,
	own: BandwidthState,
	total: BandwidthState,
): Pick<WirePeerStatus, 'wire_bytes_per_second_now' | 'rate_limit_bytes_per_second' | 'daily_quota'> =>
	link === 'orphaned'
		? {wire_bytes_per_second_now: 0, rate_limit_bytes_per_second: 0, daily_quota: null}
		: {
				wire_bytes_per_second_now: Math.round(own.wireBytesPerSecondNow),
				rate_limit_bytes_per_second: rateInForce(own, total),
				daily_quota: quotaView(bandwidthView(own)),
			};

const quotaView = (state: WireBandwidth): WirePeerStatus['daily_quota'] => {
	const {daily_quota_bytes, daily_used_bytes, quota_exhausted_at, quota_returns_at} = state;
	return daily_quota_bytes === 0
		? null
		: {daily_quota_bytes, daily_used_bytes, quota_exhausted_at, quota_returns_at};
};

const timeOrNull = (at: EpochMs | undefined): string | null =>
	at === undefined ? null : formatTime(Math.round(at) as EpochMs);
