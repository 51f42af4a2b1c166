import type {RpcServer} from '../../rpc/server.js';
import type {Metric} from './metrics.js';

/** Of those who have subscribed to events on the control socket. */
export const eventMetrics = (rpc: Pick<RpcServer, 'subscriptions'>): readonly Metric[] => [
	{
		name: 'edged_event_subscriptions',
		help: 'Open subscriptions to events.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: rpc.subscriptions.open}],
	},
	{
		name: 'edged_events_lost_total',
		help: 'Events that subscribers were too slow to fetch.',
		kind: 'counter',
		labels: [],
		read: () => [{value: rpc.subscriptions.lost}],
	},
];
