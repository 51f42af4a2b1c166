import {auditExamples} from './audit.js';
import {deadletterExamples} from './deadletters.js';
import {eventExamples} from './events.js';
import {type Examples, ME} from './example.js';
import {rollbackExamples} from './rollback.js';
import {shapeExamples} from './shape.js';
import {BURIED, DEPTH, HUB_WINDOWS, LATER, LIMITED, MORNING, PEER, SCHEDULED, UNLIMITED} from './values.js';
import {whyExamples} from './why.js';

/** For the self-description; a test holds each to the schemas of its method. A method without one does not compile. */
export const EXAMPLES: Examples = {
	...auditExamples,
	...deadletterExamples,
	...eventExamples,
	...rollbackExamples,
	...whyExamples,
	...shapeExamples,
	'rpc.discover': [
		{
			name: 'this document',
			params: {},
			result: {openrpc: '1.3.2', info: {title: 'edged control plane', version: '1'}, methods: []},
		},
	],
	'daemon.ping': [
		{
			name: 'it runs',
			params: {},
			result: {
				version: '0.1.0',
				node_id: 'edge-7',
				pid: 812,
				started_at: MORNING,
				uptime_seconds: 1.25,
				state: 'running',
				ingest_socket: '/run/edged/ingest.sock',
				caller: {socket: 'rpc', credentials: {uid: 1000, gid: 1000, pid: 4711}},
			},
		},
	],
	'relay.enqueue': [
		{
			name: 'one with an id, one that gets its id here',
			params: {
				segments: [
					{
						segment_id: 'reading-17',
						payload_text: '21.5',
						content_type: 'text/plain',
						labels: {kind: 'telemetry'},
					},
					{payload_base64: 'AAH/', peers: ['hub'], priority: 'bulk', expires_in_seconds: 3600},
				],
			},
			result: {
				durability: 'durable',
				results: [
					{segment_id: 'reading-17', status: 'accepted'},
					{segment_id: 'seg-ekmq7yzz5s6g0-00000000g-000', status: 'accepted'},
				],
			},
		},
	],
	'relay.status': [
		{
			name: 'one peer, one deadletter',
			params: {},
			result: {
				enabled: true,
				workers: 4,
				success_condition: 'all_peers',
				queue_depth: DEPTH,
				bandwidth: UNLIMITED,
				storage: {
					live_bytes: 8192,
					ceiling_bytes: 1_073_741_824,
					file_bytes: 1_048_576,
					free_bytes: 12_000_000_000,
					state: 'ok',
					check: {state: 'waiting', checked_bytes: 1_048_576, completed_at: LATER},
					damage: {rows: 0, buried_records: 0},
				},
				peers: [PEER],
				queried_at: LATER,
			},
		},
	],
	'relay.list': [
		{
			name: 'the first that waits for hub',
			params: {state: 'scheduled', peer_id: 'hub', limit: 1},
			result: {records: [SCHEDULED], next_cursor: 'eyJzIjoxfQ', examined: 1, total: 1},
		},
	],
	'relay.inspect': [
		{
			name: 'with its payload',
			params: {segment_id: 'reading-16', payload: true},
			result: {records: [BURIED], payload_base64: 'MjEuNQ=='},
		},
	],
	'relay.config.get': [
		{
			name: 'a rate that was set live for hub',
			params: {},
			result: {
				enabled: true,
				workers: 4,
				success_condition: 'all_peers',
				dial_timeout_seconds: 10,
				ack_timeout_seconds: 30,
				bandwidth: UNLIMITED,
				peers: [{peer_id: 'hub', bandwidth: LIMITED}],
				windows: [HUB_WINDOWS],
				effective: {node: {id: 'edge-7', state_dir: '/var/lib/edged'}},
				queried_at: LATER,
			},
		},
	],
	'relay.config.set_bandwidth': [
		{
			name: 'hub gets 64 KiB a second',
			params: {peer_id: 'hub', bytes_per_second: 65_536, ...ME, reason: 'metered link'},
			result: {applied: true, bandwidth: LIMITED},
		},
		{
			name: 'back to the file',
			params: {peer_id: 'hub', reset: true, ...ME},
			result: {applied: true, bandwidth: UNLIMITED},
		},
	],
	'relay.hold': [
		{
			name: 'one record',
			params: {segment_id: 'reading-17', peer_id: 'hub', ...ME, reason: 'INC-43: hub cannot read it yet'},
			result: {dry_run: false, held: 1, refused: 0},
		},
		{
			name: 'what would be held of all bulk data for hub',
			params: {all: true, peer_id: 'hub', priority: 'bulk', dry_run: true},
			result: {dry_run: true, held: 4012, refused: 256},
		},
	],
	'relay.release': [
		{
			name: 'everything that is held',
			params: {all: true, ...ME},
			result: {dry_run: false, released: 4013, refused: 0},
		},
	],
	'relay.set_priority': [
		{
			name: 'one record goes first',
			params: {segment_id: 'reading-17', peer_id: 'hub', to: 'urgent', ...ME, reason: 'INC-43'},
			result: {dry_run: false, reprioritised: 1, refused: 0},
		},
	],
	'relay.move': [
		{
			name: 'everything that waits for a peer that is gone',
			params: {all: true, peer_id: 'old-hub', to_peer_id: 'hub', ...ME, reason: 'INC-44'},
			result: {dry_run: false, moved: 4012, refused: 2, refused_because: {has_it: 2}},
		},
	],
	'relay.expire': [
		{
			name: 'what would be buried of bulk data that is older than a day',
			params: {all: true, priority: 'bulk', before: MORNING, dry_run: true},
			result: {dry_run: true, expired: 117, refused: 0},
		},
	],
	'relay.pause': [
		{
			name: 'hub alone, one lease is still out',
			params: {peer_id: 'hub', ...ME, reason: 'the hub is being moved'},
			result: {paused: ['hub'], draining: [], inflight: 1, scheduled: 0, done: false},
		},
		{
			name: 'hub alone, and what is being sent is ended',
			params: {peer_id: 'hub', end_sends: true, ...ME},
			result: {paused: ['hub'], draining: [], inflight: 0, scheduled: 1, done: true},
		},
	],
	'relay.resume': [
		{
			name: 'everybody',
			params: ME,
			result: {paused: [], draining: [], inflight: 0, scheduled: 1, done: true},
		},
	],
	'relay.drain': [
		{
			name: 'before an upgrade',
			params: {...ME, reason: 'upgrade'},
			result: {paused: [], draining: ['hub'], inflight: 0, scheduled: 1, done: false},
		},
	],
};
