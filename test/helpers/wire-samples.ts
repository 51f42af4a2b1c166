import type {Result} from '../../src/rpc/contract/methods.js';
import type {WireRecord} from '../../src/rpc/contract/record.js';
import type {WirePeerStatus} from '../../src/rpc/contract/status.js';

/** Answers of a daemon as the reference's documentation shows them, for tests to vary. */
export const NOW = '2026-03-01T06:00:00.000Z';

export const unlimited: Result<'relay.status'>['bandwidth'] = {
	unlimited: true,
	bytes_per_second: 0,
	daily_quota_bytes: 0,
	wire_bytes_per_second_now: 0,
	available_tokens: null,
	burst_bytes: null,
	daily_used_bytes: 0,
	quota_exhausted_at: null,
	quota_returns_at: null,
	throttle_count: 0,
	quota_defer_count: 0,
	quota_drop_count: 0,
	source: 'file',
};

export const limited: Result<'relay.status'>['bandwidth'] = {
	unlimited: false,
	bytes_per_second: 1_048_576,
	daily_quota_bytes: 10_737_418_240,
	wire_bytes_per_second_now: 943_718,
	available_tokens: 524_288,
	burst_bytes: 1_048_576,
	daily_used_bytes: 3_221_225_472,
	quota_exhausted_at: null,
	quota_returns_at: null,
	throttle_count: 14,
	quota_defer_count: 0,
	quota_drop_count: 0,
	source: 'file',
};

export const depth: Result<'relay.status'>['queue_depth'] = {
	scheduled: 12,
	inflight: 2,
	acked: 847,
	satisfied: 0,
	failed: 3,
	deadletter: 5,
	held: 0,
	abandoned: 0,
	total: 869,
};

export const peer: WirePeerStatus = {
	peer_id: 'hub',
	link: 'up',
	paused: false,
	draining: false,
	queue_depth: depth,
	oldest_scheduled_at: '2026-03-01T05:56:40.000Z',
	last_ack_at: '2026-03-01T05:59:58.000Z',
	last_error: null,
	consecutive_failures: 0,
	next_attempt_at: null,
	opens_at: null,
	closes_at: null,
	bytes_per_second_now: 1_258_291,
	wire_bytes_per_second_now: 1_310_720,
	rate_limit_bytes_per_second: 0,
	eta_seconds: 40,
	daily_quota: null,
	suspicion: {suspects: 0, alone: 0},
	waiting_bytes: 15_360,
	sending: {bytes: 2048, sent_bytes: 512},
};

export const status: Result<'relay.status'> = {
	enabled: true,
	workers: 4,
	success_condition: 'all_peers',
	queue_depth: depth,
	bandwidth: unlimited,
	storage: {
		live_bytes: 1_258_291,
		ceiling_bytes: 1_073_741_824,
		file_bytes: 4_194_304,
		free_bytes: 53_687_091_200,
		state: 'ok',
		check: {state: 'waiting', checked_bytes: 4_194_304, completed_at: NOW},
		damage: {rows: 0, buried_records: 0},
	},
	peers: [peer],
	queried_at: NOW,
};

export const config: Result<'relay.config.get'> = {
	enabled: true,
	workers: 4,
	success_condition: 'all_peers',
	dial_timeout_seconds: 10,
	ack_timeout_seconds: 30,
	bandwidth: unlimited,
	peers: [],
	windows: [],
	effective: {node: {id: 'edge-1'}, peers: [{id: 'hub', default: true}]},
	queried_at: NOW,
};

export const record: WireRecord = {
	segment_id: 'seg-dead-1',
	peer_id: 'peer-a',
	state: 'deadletter',
	held: false,
	priority: 'normal',
	size_bytes: 2048,
	sha256: 'a'.repeat(64),
	content_type: 'application/json',
	labels: {site: '7'},
	enqueued_at: '2026-03-01T02:30:00.000Z',
	updated_at: NOW,
	reason: 'MAX_RETRIES',
	charged_failures: 8,
	abandons: 0,
	attempts: [
		{
			number: 1,
			started_at: '2026-03-01T02:30:05.000Z',
			completed_at: '2026-03-01T02:30:08.000Z',
			outcome: 'FAILED',
			error: 'connection refused',
			bytes_sent: 0,
		},
	],
};

export const lanes: Result<'relay.pause'> = {
	paused: ['hub'],
	draining: [],
	inflight: 2,
	scheduled: 15,
	done: false,
};

export const pong: Result<'daemon.ping'> = {
	version: '0.1.0',
	node_id: 'edge-1',
	pid: 4711,
	started_at: '2026-03-01T02:00:00.000Z',
	uptime_seconds: 14_400,
	state: 'running',
	ingest_socket: '/run/edged/ingest.sock',
	caller: {socket: 'rpc', credentials: {uid: 1000, gid: 1000, pid: 4712}},
};
