import type {Examples} from './example.js';
import {ME} from './example.js';
import {MORNING} from './values.js';

const HASH = '9f2c4d7a1be05c3386a4f0d1f6be7a57c3c5f0a7be61d94f1f0a9f0f5f8d3e21';
const FORMER = '1c0d5a3b7e9f2c4d7a1be05c3386a4f0d1f6be7a57c3c5f0a7be61d94f1f0a9f';

export const auditExamples: Pick<Examples, 'audit.query' | 'audit.head' | 'audit.prune'> = {
	'audit.query': [
		{
			name: 'who paused what',
			params: {event_type: 'relay.paused', limit: 1},
			result: {
				events: [
					{
						seq: 41,
						timestamp: MORNING,
						event_name: 'relay.paused',
						category: 'relay',
						action: 'pause',
						outcome: 'success',
						actor: 'mia',
						resource_type: 'peer',
						resource: 'hub',
						source: 'cli',
						fields: {
							peer_id: 'hub',
							reason: 'INC-42',
							door: 'rpc',
							peer_uid: 1000,
							peer_gid: 1000,
							peer_pid: 4711,
						},
						act: 12,
						prev: FORMER,
					},
				],
				next_cursor: '2026-11-23.11204',
				examined: 3,
				unreadable: 0,
			},
		},
	],
	'audit.head': [
		{
			name: 'all is on disk',
			params: {},
			result: {directory: '/var/lib/edged/audit', head: {seq: 44, hash: HASH}, waiting: 0},
		},
	],
	'audit.prune': [
		{
			name: 'what is older than a quarter of a year',
			params: {older_than_days: 90, ...ME},
			result: {
				dry_run: false,
				files: ['audit-2026-08-20.jsonl'],
				bytes: 11_204,
				after: {seq: 40, hash: FORMER},
			},
		},
	],
};
