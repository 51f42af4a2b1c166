import {type Examples, ME} from './example.js';
import {BURIED} from './values.js';

const ONE = {segment_id: 'reading-16', peer_id: 'hub'} as const;

const JOB = {
	job_id: 'job-3',
	state: 'running',
	peer_id: 'hub',
	reason: null,
	since: null,
	before: null,
	label: null,
	rate_per_second: 50,
	matched: 12_000,
	retried: 2500,
	refused: 0,
	left: 9500,
	started_at: '2026-03-01T12:00:00.000Z',
	ended_at: null,
	eta_seconds: 190,
	operator: ME.operator,
	note: 'INC-42',
} as const;

export const deadletterExamples = {
	'relay.deadletter.list': [
		{
			name: 'what hub has refused',
			params: {peer_id: 'hub', reason: 'REJECTED'},
			result: {records: [BURIED], examined: 1, total: 1},
		},
	],
	'relay.deadletter.inspect': [{name: 'its history', params: ONE, result: BURIED}],
	'relay.deadletter.retry': [
		{
			name: 'one, the cause is mended',
			params: {...ONE, ...ME, reason: 'INC-42: the limit of hub is raised'},
			result: {retried: 1, refused: 0},
		},
		{
			name: 'everything that hub has refused',
			params: {all: true, peer_id: 'hub', reason: 'REJECTED', ...ME, note: 'INC-42'},
			result: {retried: 212, refused: 0},
		},
		{
			name: 'fifty a second, over restarts',
			params: {all: true, peer_id: 'hub', rate_per_second: 50, ...ME, note: 'INC-42'},
			result: {job: JOB},
		},
		{
			name: 'what of the images would be tried again',
			params: {all: true, label: {name: 'kind', value: 'image'}, dry_run: true},
			result: {
				dry_run: true,
				would_retry: 40,
				would_refuse: 2,
				matching: [
					{peer_id: 'hub', reason: 'REJECTED', count: 40},
					{peer_id: 'hub', reason: 'EVICTED', count: 2},
				],
			},
		},
	],
	'relay.deadletter.jobs': [{name: 'one that runs', params: {}, result: {jobs: [JOB]}}],
	'relay.deadletter.cancel_job': [
		{
			name: 'enough',
			params: {job_id: 'job-3', ...ME, reason: 'hub is slow again'},
			result: {
				cancelled: true,
				job: {...JOB, state: 'cancelled', left: 0, eta_seconds: null, ended_at: '2026-03-01T12:10:00.000Z'},
			},
		},
	],
	'relay.deadletter.purge': [
		{
			name: 'what would go',
			params: {all: true, older_than_seconds: 604_800},
			result: {
				dry_run: true,
				would_purge: 1,
				matching: [{peer_id: 'hub', reason: 'REJECTED', count: 1}],
			},
		},
		{name: 'it goes', params: {...ONE, force: true, ...ME}, result: {dry_run: false, purged: 1}},
	],
	'relay.deadletter.export': [
		{
			name: 'before the first byte leaves',
			params: {
				phase: 'begin',
				target: '/mnt/stick/dead',
				peer_id: 'hub',
				operator: 'ana',
				note: 'for the vendor',
			},
			result: {noted: true},
		},
	],
	'relay.deadletter.import': [
		{
			name: 'one segment that was exported elsewhere',
			params: {
				segments: [
					{
						segment_id: 'reading-17',
						sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
						priority: 'normal',
						enqueued_at: '2026-07-25T11:00:00.000Z',
						payload_base64: 'aGVsbG8=',
						records: [
							{
								peer_id: 'hub',
								reason: 'REJECTED',
								charged_failures: 1,
								died_at: '2026-07-25T12:00:00.000Z',
								attempts: [],
							},
						],
					},
				],
				...ME,
			},
			result: {
				dry_run: false,
				imported: 1,
				present: 0,
				conflict: 0,
				results: [{segment_id: 'reading-17', peer_id: 'hub', status: 'imported'}],
			},
		},
	],
	'relay.deadletter.import_chunk': [
		{
			name: 'the first piece of two',
			params: {upload: 'c0ffee00c0ffee00', size_bytes: 7, offset: 0, payload_base64: 'aGVsbG8='},
			result: {received_bytes: 5},
		},
	],
	'relay.deadletter.force': [
		{
			name: 'a segment that is in the way',
			params: {segment_id: 'reading-17', peer_id: 'hub', ...ME, reason: 'crashes the parser of hub'},
			result: {forced: true, state: 'deadletter'},
		},
		{
			name: 'everything for a peer that will not come back',
			params: {all: true, peer_id: 'hub', ...ME, reason: 'the hub is scrapped'},
			result: {buried: 10_000, left: {waiting: 0, inflight: 0}},
		},
		{
			name: 'old images, whoever they are for',
			params: {
				all: true,
				label: {name: 'kind', value: 'image'},
				before: '2026-07-24T11:00:00Z',
				...ME,
				reason: 'INC-42: nobody looks at them any more',
			},
			result: {buried: 312, left: {waiting: 40, inflight: 1}},
		},
	],
} as const satisfies Partial<Examples>;
