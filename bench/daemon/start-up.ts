import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {nowhere, type Relay, startRelay} from '../e2e/daemons.js';
import {Cleanup, withCleanup} from '../harness/cleanup.js';
import {rssAnonBytes} from '../harness/usage.js';
import {type Blocks, fill} from './fill.js';

/** From spawn to the first ping that says `running`, with `waiting` segments in the store that SIGKILL left. */
const setup = ({directory, scale}: BenchContext, blocks: Blocks | 'nothing'): Promise<ReadyBench> => {
	const start = async (cleanup: Cleanup): Promise<Relay> => {
		const relay = await startRelay(cleanup, directory, 'relay', PEERS);
		await relay.daemon.call('relay.pause', {}); // Kept over restarts; repeated it changes nothing.
		return relay;
	};
	return withCleanup(async cleanup => {
		const relay = await start(cleanup);
		if (blocks !== 'nothing') {
			await fill(relay, blocks, scale === 'quick' ? QUICK_WAITING : WAITING, {
				peer: 'nowhere',
				other: 'elsewhere',
			});
		}
		await relay.daemon.end('SIGKILL');
		return {
			async run() {
				const round = new Cleanup();
				try {
					const {daemon} = await start(round);
					return {value: daemon.readyMs, figures: {'daemon MB': rssAnonBytes(daemon.pid) / 1e6}};
				} finally {
					await round.run();
				}
			},
			close: () => cleanup.run(),
		};
	});
};

const WAITING = 1_000_000;
const QUICK_WAITING = 2048;
const PEERS = `${nowhere('nowhere')}${nowhere('elsewhere')}default = false\n`;

const EMPTY = 'start-up with nothing waiting';
const waitingBench = (blocks: Blocks): Bench => ({
	name: `start-up with 1,000,000 waiting in ${blocks}`,
	group: 'start-up',
	unit: 'ms',
	goals: [
		{against: {bench: EMPTY, as: 'excess'}, atMost: 500},
		// The target is one of the heap; all anonymous memory is the stricter measure.
		{figure: 'daemon MB', against: {bench: EMPTY, as: 'excess', figure: 'daemon MB'}, atMost: 40},
		{figure: 'daemon MB', atMost: 120},
	],
	setup: context => setup(context, blocks),
});

export const benches: readonly Bench[] = [
	{name: EMPTY, group: 'start-up', unit: 'ms', setup: context => setup(context, 'nothing')},
	waitingBench('full blocks'),
	waitingBench('blocks of one'),
];
