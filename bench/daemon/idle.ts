import {setTimeout as wait} from 'node:timers/promises';
import type {Bench} from '../bench.js';
import {startStoringRelay} from '../e2e/daemons.js';
import {withCleanup} from '../harness/cleanup.js';
import {rssAnonBytes, threadNanoseconds, wakeUps} from '../harness/usage.js';

/** A daemon that nobody asks for anything. */
export const benches: readonly Bench[] = [
	{
		name: 'idle daemon',
		group: 'idle',
		unit: '% CPU',
		goals: [{atMost: 0.2}],
		setup: ({directory, scale}) =>
			withCleanup(async cleanup => {
				const {daemon} = await startStoringRelay(cleanup, directory, 'relay');
				return {
					pids: () => [daemon.pid],
					async run() {
						const start = performance.now();
						const [busy, woken] = [threadNanoseconds(daemon.pid), wakeUps(daemon.pid)];
						await wait(scale === 'quick' ? 50 : 5000);
						const seconds = (performance.now() - start) / 1000;
						const busySeconds = (threadNanoseconds(daemon.pid) - busy) / 1e9;
						return {
							value: (busySeconds / seconds) * 100,
							figures: {
								'wake-ups/s': (wakeUps(daemon.pid) - woken) / seconds,
								'daemon MB': rssAnonBytes(daemon.pid) / 1e6,
							},
						};
					},
					close: () => cleanup.run(),
				};
			}),
	},
];
