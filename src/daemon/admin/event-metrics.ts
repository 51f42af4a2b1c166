import type {RpcServer} from '../../rpc/server.js';
import type {Metric} from './metrics.js';

type Door = Pick<RpcServer, 'subscriptions'>;

/** Of those who have subscribed to events, on any socket of the control plane. */
export const eventMetrics = (doors: readonly Door[]): readonly Metric[] => [
	{
		name: 'edged_event_subscriptions',
		help: 'Open subscriptions to events.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: sum(doors, 'open')}],
	},
	{
		name: 'edged_events_lost_total',
		help: 'Events that subscribers were too slow to fetch.',
		kind: 'counter',
		labels: [],
		read: () => [{value: sum(doors, 'lost')}],
	},
];

const sum = (doors: readonly Door[], counter: 'open' | 'lost'): number =>
	doors.reduce((total, {subscriptions}) => total + subscriptions[counter], 0);
