import type {WireBandwidth} from '../bandwidth.js';
import type {WireQueueDepth, WireRecord} from '../record.js';
import type {WirePeerStatus} from '../status.js';
import type {WireWindows} from '../windows.js';

/** One small story, told by all examples: the peer `hub` has refused one of the three segments of the morning. */
export const MORNING = '2026-11-23T06:00:00.000Z';
export const LATER = '2026-11-23T06:00:01.250Z';

export const SCHEDULED: WireRecord = {
	segment_id: 'reading-17',
	peer_id: 'hub',
	state: 'scheduled',
	held: false,
	priority: 'normal',
	size_bytes: 4,
	sha256: '9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f',
	content_type: 'text/plain',
	labels: {kind: 'telemetry'},
	enqueued_at: MORNING,
	updated_at: MORNING,
	charged_failures: 0,
	abandons: 0,
	attempts: [],
};

export const BURIED: WireRecord = {
	...SCHEDULED,
	segment_id: 'reading-16',
	state: 'deadletter',
	updated_at: LATER,
	reason: 'REJECTED',
	attempts: [
		{
			number: 1,
			started_at: MORNING,
			completed_at: LATER,
			outcome: 'REJECTED',
			error: 'TOO_LARGE: the peer takes 1 byte at most',
			bytes_sent: 212,
		},
	],
};

export const DEPTH: WireQueueDepth = {
	scheduled: 1,
	inflight: 0,
	acked: 1,
	satisfied: 0,
	failed: 0,
	deadletter: 1,
	held: 0,
	abandoned: 0,
	total: 3,
};

export const UNLIMITED: WireBandwidth = {
	unlimited: true,
	bytes_per_second: 0,
	daily_quota_bytes: 0,
	wire_bytes_per_second_now: 21,
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

export const LIMITED: WireBandwidth = {
	...UNLIMITED,
	unlimited: false,
	bytes_per_second: 65_536,
	available_tokens: 6553,
	burst_bytes: 6553,
	source: 'override',
};

export const PEER: WirePeerStatus = {
	peer_id: 'hub',
	link: 'up',
	paused: false,
	draining: false,
	queue_depth: DEPTH,
	oldest_scheduled_at: MORNING,
	last_ack_at: LATER,
	last_error: 'reading-16: TOO_LARGE: the peer takes 1 byte at most',
	consecutive_failures: 0,
	next_attempt_at: null,
	opens_at: null,
	closes_at: null,
	bytes_per_second_now: 4,
	wire_bytes_per_second_now: 21,
	rate_limit_bytes_per_second: 0,
	eta_seconds: 1,
	daily_quota: null,
	suspicion: {suspects: 0, alone: 0},
	waiting_bytes: 0,
	sending: {bytes: 0, sent_bytes: 0},
};

export const HUB_WINDOWS: WireWindows = {
	peer_id: 'hub',
	open: false,
	bytes_per_second: 0,
	next_change: {at: '2026-11-23T22:00:12.400Z', open: true, bytes_per_second: 0},
	windows: [
		{
			days: ['mon', 'tue', 'wed', 'thu', 'fri'],
			start: '22:00',
			end: '06:00',
			timezone: 'UTC',
			bytes_per_second: 0,
			open: false,
		},
	],
};
