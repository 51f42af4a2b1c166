import type {Examples} from './example.js';
import {LATER, SCHEDULED} from './values.js';

const BESIDE = {
	queue: {scheduled: 1205, failed: 0, inflight: 256, held: 0, waiting_bytes: 1_531_904},
	budget: {bytes_per_second: 65_536, bytes_per_second_now: 61_440},
	queried_at: LATER,
} as const;

const LINK = {
	state: 'up',
	paused: false,
	draining: false,
	consecutive_failures: 0,
	last_error: null,
	last_ack_at: LATER,
	suspects: 0,
	alone: 0,
} as const;

export const whyExamples = {
	'relay.why': [
		{
			name: 'it waits its turn',
			params: {segment_id: 'reading-17', peer_id: 'hub'},
			result: {
				sentence:
					'reading-17 waits its turn: 1204 records (1260000 bytes) go to hub before it, which takes about 21 s at the present pace',
				cause: 'turn',
				peer_id: 'hub',
				segment_id: 'reading-17',
				record: SCHEDULED,
				ahead: {records: 1204, bytes: 1_260_000, at_least: false, bytes_estimated: false},
				link: LINK,
				next_event: {what: 'turn_comes', at: null},
				eta_seconds: 21,
				...BESIDE,
			},
		},
		{
			name: 'the link of a peer is down',
			params: {peer_id: 'hub'},
			result: {
				sentence:
					'the link to hub is down (3 failures in a row, the last: connect ECONNREFUSED); it is tried again at 2026-11-23T06:00:01.250Z',
				cause: 'link_down',
				peer_id: 'hub',
				ahead: null,
				link: {...LINK, state: 'down', consecutive_failures: 3, last_error: 'connect ECONNREFUSED'},
				next_event: {what: 'link_is_tried', at: LATER},
				eta_seconds: null,
				...BESIDE,
			},
		},
		{
			name: 'a peer outside its windows',
			params: {peer_id: 'hub'},
			result: {
				sentence:
					'hub is closed: its next window opens at 2026-11-23T22:00:12.400Z; nothing is sent to it until then',
				cause: 'closed',
				peer_id: 'hub',
				ahead: null,
				link: {...LINK, state: 'closed'},
				next_event: {what: 'window_opens', at: '2026-11-23T22:00:12.400Z'},
				eta_seconds: null,
				...BESIDE,
			},
		},
	],
} as const satisfies Partial<Examples>;
