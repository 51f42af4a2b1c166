import type {Replays} from '../../deadletter/replays.js';
import type {DeadletterRetention} from '../../deadletter/retention.js';
import type {Metric} from './metrics.js';

type Sources = {
	readonly deadletterRetention: Pick<DeadletterRetention, 'removed'>;
	readonly replays: Pick<Replays, 'all'>;
	/** Peers that got their first deadletter since the start, and how often. */
	readonly firstDeadletters: ReadonlyMap<string, number>;
};

/** Of what happens to deadletters; how many there are is in relay-metrics.ts. */
export const deadletterMetrics = ({
	deadletterRetention,
	replays,
	firstDeadletters,
}: Sources): readonly Metric[] => [
	{
		name: 'edged_first_deadletters_total',
		help: 'How often a peer without deadletters got one: each is news.',
		kind: 'counter',
		labels: ['peer'],
		read: () => [...firstDeadletters].map(([peer, value]) => ({labels: {peer}, value})),
	},
	{
		name: 'edged_deadletters_retired_total',
		help: 'Deadletters removed by relay.deadletter.retention_days (age) and retention_bytes (bytes).',
		kind: 'counter',
		labels: ['cause'],
		read: () =>
			(['age', 'bytes'] as const).map(cause => ({
				labels: {cause},
				value: deadletterRetention.removed[cause],
			})),
	},
	{
		name: 'edged_deadletter_replays_left',
		help: 'Deadletters that running paced retries have still to look at.',
		kind: 'gauge',
		labels: [],
		read: () => [
			{
				value: replays
					.all()
					.filter(({state}) => state === 'running')
					.reduce((sum, {matched, retried, refused}) => sum + Math.max(0, matched - retried - refused), 0),
			},
		],
	},
];
