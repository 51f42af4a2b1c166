import type {Metric} from './metrics.js';

/** The names that Prometheus client libraries agree on. prom-client's own defaults keep a 10 ms timer running, which these do not. */
export const processMetrics = (startedAtMs: number): readonly Metric[] => [
	{
		name: 'process_cpu_seconds_total',
		help: 'User and system CPU time.',
		kind: 'counter',
		labels: [],
		read: () => {
			const {user, system} = process.cpuUsage();
			return [{value: (user + system) / 1e6}];
		},
	},
	{
		name: 'process_resident_memory_bytes',
		help: 'Resident memory, pages of the database file included.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: process.memoryUsage.rss()}],
	},
	{
		name: 'nodejs_heap_size_used_bytes',
		help: 'Heap in use.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: process.memoryUsage().heapUsed}],
	},
	{
		name: 'process_start_time_seconds',
		help: 'When the process started, since 1970.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: startedAtMs / 1000}],
	},
];
