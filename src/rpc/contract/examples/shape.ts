import type {Examples} from './example.js';
import {LATER} from './values.js';

const none = {records: 0, bytes: 0};

const hub = {
	records: 13_461,
	bytes: 13_784_064,
	buckets: [
		{records: 256, bytes: 262_144},
		{records: 512, bytes: 524_288},
		{records: 2293, bytes: 2_348_032},
		{records: 10_400, bytes: 10_649_600},
		none,
		none,
		none,
		none,
	],
};

export const shapeExamples = {
	'relay.shape': [
		{
			name: 'an outage of some hours',
			params: {peer_id: 'hub'},
			result: {
				borders_seconds: [300, 900, 3600, 14_400, 86_400, 259_200, 604_800],
				peers: [{peer_id: 'hub', ...hub}],
				total: hub,
				queried_at: LATER,
			},
		},
	],
} as const satisfies Partial<Examples>;
