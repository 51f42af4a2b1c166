import type {BandwidthState} from '../../delivery/bandwidth.js';
import type {QueueDepth} from '../../outbound/record.js';
import {LINKS} from '../../rpc/contract/status.js';
import type {KnownPeer} from '../../storage/store.js';
import type {DeliveryLog, LaneCounters} from '../delivery-log.js';
import type {EvictionLog} from '../eviction-log.js';
import type {Parts} from '../parts.js';
import {isStrained} from '../views/storage-view.js';
import type {Metric, Sample} from './metrics.js';

type Sources = Pick<
	Parts,
	| 'store'
	| 'peers'
	| 'dispatcher'
	| 'bandwidth'
	| 'config'
	| 'storeHealth'
	| 'storeCheck'
	| 'version'
	| 'intake'
> & {readonly deliveryLog: DeliveryLog; readonly evictionLog: EvictionLog};

/** What concerns records, peers and the store. Labels are peers, states, reasons and codes: all few and bounded. */
export const relayMetrics = (sources: Sources): readonly Metric[] => [
	...queueMetrics(sources),
	...laneMetrics(sources),
	...intakeMetrics(sources),
	...storeMetrics(sources),
];

const STATES = ['scheduled', 'inflight', 'failed', 'acked', 'satisfied', 'deadletter'] as const;
const OVERLAPPING = ['held', 'abandoned'] as const;

const queueMetrics = ({store, peers}: Sources): Metric[] => {
	const everyPeer = (): readonly KnownPeer[] => [...peers.configured, ...peers.orphaned];
	const depths = (names: ReadonlyArray<keyof QueueDepth>) => () =>
		everyPeer().flatMap(({id, no}) => {
			const depth = store.depth(no);
			return names.map(state => ({labels: {peer: id, state}, value: depth[state]}));
		});
	return [
		{
			name: 'edged_records',
			help: 'Records by peer and state.',
			kind: 'gauge',
			labels: ['peer', 'state'],
			read: depths(STATES),
		},
		{
			name: 'edged_records_marked',
			help: 'Records that are held, or that the last restart put back; counted in edged_records too.',
			kind: 'gauge',
			labels: ['peer', 'state'],
			read: depths(OVERLAPPING),
		},
		{
			name: 'edged_waiting_bytes',
			help: 'Payload bytes that wait for a peer or are being sent.',
			kind: 'gauge',
			labels: ['peer'],
			read: () => everyPeer().map(({id, no}) => ({labels: {peer: id}, value: store.waitingBytes(no)})),
		},
		{
			name: 'edged_deadletters',
			help: 'Deadletters by peer and reason.',
			kind: 'gauge',
			labels: ['peer', 'reason'],
			read: () =>
				everyPeer().flatMap(({id, no}) =>
					Object.entries(store.deadletterCounts(no)).map(([reason, value]) => ({
						labels: {peer: id, reason},
						value,
					})),
				),
		},
	];
};

const laneMetrics = ({dispatcher, peers, bandwidth, deliveryLog}: Sources): Metric[] => [
	{
		name: 'edged_link',
		help: '1 for the state that the link of a peer is in.',
		kind: 'gauge',
		labels: ['peer', 'link'],
		read: () =>
			[
				...dispatcher.snapshots().map(({peerId, link}) => ({peer: peerId, state: link})),
				...peers.orphaned.map(({id}) => ({peer: id, state: 'orphaned' as const})),
			].flatMap(({peer, state}) =>
				LINKS.map(link => ({labels: {peer, link}, value: link === state ? 1 : 0})),
			),
	},
	{
		name: 'edged_throttled_total',
		help: 'Sends that had to wait for the rate limit of all peers, or of one.',
		kind: 'counter',
		labels: ['limit'],
		read: () =>
			[undefined, ...bandwidth.limitedPeers()].map(peer => ({
				labels: {limit: peer ?? 'total'},
				value: bandwidth.state(peer).throttleCount,
			})),
	},
	...quotaMetrics(bandwidth),
	laneCounter(deliveryLog, 'edged_acked_records_total', 'Records acknowledged by the peer.', 'ackedRecords'),
	laneCounter(
		deliveryLog,
		'edged_acked_bytes_total',
		'Payload bytes acknowledged by the peer.',
		'ackedBytes',
	),
	laneCounter(
		deliveryLog,
		'edged_failed_attempts_total',
		'Attempts that failed, were refused or could not be made.',
		'failedAttempts',
	),
	laneCounter(
		deliveryLog,
		'edged_sent_bytes_total',
		'Bytes sent to the peer, framing included.',
		'sentBytes',
	),
	laneCounter(deliveryLog, 'edged_link_failures_total', 'Times the link went down.', 'linkFailures'),
];

const quotaMetrics = (bandwidth: Sources['bandwidth']): Metric[] => {
	const ofLimits = (figure: (state: BandwidthState) => number) => () =>
		[undefined, ...bandwidth.limitedPeers()].map(peer => ({
			labels: {limit: peer ?? 'total'},
			value: figure(bandwidth.state(peer)),
		}));
	const labels = ['limit'];
	return [
		{
			name: 'edged_daily_quota_bytes',
			help: 'Bytes on the wire that may be sent in 24 hours, to all peers or to one; 0 = unlimited.',
			kind: 'gauge',
			labels,
			read: ofLimits(({dailyQuotaBytes}) => dailyQuotaBytes),
		},
		{
			name: 'edged_daily_used_bytes',
			help: 'Bytes on the wire of the last 24 hours, what is being sent included.',
			kind: 'gauge',
			labels,
			read: ofLimits(({dailyUsedBytes}) => dailyUsedBytes),
		},
		{
			name: 'edged_quota_defers_total',
			help: 'Times that a lane had to wait for a daily quota.',
			kind: 'counter',
			labels,
			read: ofLimits(({quotaDeferCount}) => quotaDeferCount),
		},
		{
			name: 'edged_quota_dropped_records_total',
			help: 'Records that were buried as QUOTA.',
			kind: 'counter',
			labels,
			read: ofLimits(({quotaDropCount}) => quotaDropCount),
		},
	];
};

const laneCounter = (log: DeliveryLog, name: string, help: string, field: keyof LaneCounters): Metric => ({
	name,
	help,
	kind: 'counter',
	labels: ['peer'],
	read: () => [...log.counters].map(([peer, counters]) => ({labels: {peer}, value: counters[field]})),
});

const intakeMetrics = ({intake: {counters}}: Sources): Metric[] => [
	{
		name: 'edged_enqueued_segments_total',
		help: 'Segments handed in through all doors, by what became of them.',
		kind: 'counter',
		labels: ['status'],
		read: () =>
			(['accepted', 'duplicate', 'conflict'] as const).map(status => ({
				labels: {status},
				value: counters[status],
			})),
	},
	{
		name: 'edged_enqueued_bytes_total',
		help: 'Payload bytes of accepted segments.',
		kind: 'counter',
		labels: [],
		read: () => [{value: counters.acceptedBytes}],
	},
	{
		name: 'edged_enqueue_calls_total',
		help: 'Calls that were answered.',
		kind: 'counter',
		labels: [],
		read: () => [{value: counters.calls}],
	},
	{
		name: 'edged_enqueue_seconds_total',
		help: 'Time that those calls took from the door to the fsync, all together.',
		kind: 'counter',
		labels: [],
		read: () => [{value: counters.seconds}],
	},
	{
		name: 'edged_enqueue_refusals_total',
		help: 'Calls that were refused as a whole on their way into the store, by code.',
		kind: 'counter',
		labels: ['code'],
		read: () => byCode(counters.refusals),
	},
];

const storeMetrics = ({store, config, storeHealth, storeCheck, evictionLog, version}: Sources): Metric[] => [
	storeGauge(
		'edged_store_live_bytes',
		'Bytes that are stored for some reason.',
		() => store.space().liveBytes,
	),
	storeGauge('edged_store_ceiling_bytes', 'storage.disk_ceiling_bytes.', () => store.space().ceilingBytes),
	storeGauge('edged_store_file_bytes', 'Size of the database file.', () => store.space().fileBytes),
	storeGauge('edged_store_blocks', 'Blocks in the store.', () => store.space().blocks),
	storeGauge(
		'edged_store_free_bytes',
		'Free on the file system of the state directory.',
		() => store.space().freeBytes,
	),
	storeGauge(
		'edged_store_reserve_bytes',
		'Held back so that settling goes on when the disk is full; 0 once it is in use.',
		() => store.space().reserveBytes,
	),
	storeGauge('edged_store_warning', '1 while more is stored, or less is free, than there should be.', () =>
		isStrained(store.space()) ? 1 : 0,
	),
	storeGauge('edged_store_degraded', '1 while the store cannot write.', () =>
		storeHealth.isFailing ? 1 : 0,
	),
	{
		name: 'edged_store_damaged_rows_total',
		help: 'Damaged rows that were found and put right.',
		kind: 'counter',
		labels: [],
		read: () => [{value: store.damage.mended}],
	},
	storeGauge(
		'edged_store_checked_bytes',
		'Read by the check of the whole store under way, or the last.',
		() => storeCheck.progress.bytes,
	),
	{
		name: 'edged_evicted_records_total',
		help: 'Records given up at the ceiling, now deadletters EVICTED.',
		kind: 'counter',
		labels: ['peer'],
		read: () => [...evictionLog.records].map(([peer, value]) => ({labels: {peer}, value})),
	},
	{
		name: 'edged_evicted_bytes_total',
		help: 'Payload bytes given up at the ceiling.',
		kind: 'counter',
		labels: [],
		read: () => [{value: evictionLog.bytes}],
	},
	{
		name: 'edged_info',
		help: 'Always 1: which daemon this is.',
		kind: 'gauge',
		labels: ['version', 'node_id'],
		read: () => [{labels: {version, node_id: config.node.id}, value: 1}],
	},
];

const storeGauge = (name: string, help: string, read: () => number): Metric => ({
	name,
	help,
	kind: 'gauge',
	labels: [],
	read: () => [{value: read()}],
});

export const byCode = (counts: ReadonlyMap<string, number>): Sample[] =>
	[...counts].map(([code, value]) => ({labels: {code}, value}));
