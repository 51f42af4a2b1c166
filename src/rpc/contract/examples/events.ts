import type {WireEvent} from '../events.js';
import type {Examples} from './example.js';
import {LATER} from './values.js';

export const eventExamples = {
	'relay.events.subscribe': [
		{name: 'everything', params: {}, result: {subscription_id: 'sub-1'}},
		{
			name: 'what concerns the link of hub',
			params: {peer_id: 'hub', kinds: ['link']},
			result: {subscription_id: 'sub-2'},
		},
	],
	'relay.events.unsubscribe': [
		{
			name: 'enough',
			params: {subscription_id: 'sub-1'},
			result: {unsubscribed: true, dropped: 0},
		},
	],
} as const satisfies Partial<Examples>;

const told = {subscription_id: 'sub-1', at: LATER};

/** Of the notification `relay.event`. */
export const EVENT_EXAMPLES: readonly WireEvent[] = [
	{
		...told,
		seq: 1,
		kind: 'records',
		peer_id: 'hub',
		from: 'inflight',
		to: 'deadletter',
		reason: 'REJECTED',
		count: 1,
		segment_ids: ['reading-16'],
	},
	{...told, seq: 2, kind: 'deadletter', peer_id: 'hub'},
	{
		...told,
		seq: 3,
		kind: 'link',
		peer_id: 'hub',
		from: 'up',
		to: 'down',
		error: 'connect ECONNREFUSED',
		retry_in_seconds: 1.2,
	},
	{...told, seq: 4, kind: 'change', event: 'relay.paused', peer_id: 'hub', operator: 'mia', facts: {}},
	{...told, seq: 95, kind: 'gap', lost: 91, kinds: {records: 90, link: 1}},
];
