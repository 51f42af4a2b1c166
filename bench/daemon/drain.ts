import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {nowhere, startPair} from '../e2e/daemons.js';
import {StatusWatch} from '../e2e/status.js';
import {withCleanup} from '../harness/cleanup.js';
import {type Blocks, FILL_BYTES, fill} from './fill.js';

/** How fast a backlog goes once the link is back: edge to hub over mutual TLS, nothing coming in meanwhile. */
const setup = (blocks: Blocks, {directory, scale}: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const pair = await startPair(cleanup, directory, {morePeers: `${nowhere()}default = false\n`});
		const {daemon} = pair.edge;
		await daemon.call('relay.pause', {});
		const status = await StatusWatch.open(cleanup, pair.edge);
		const count = scale === 'quick' ? 2 * 1024 : 256 * 1024;
		return {
			pids: () => [daemon.pid, pair.hub.daemon.pid],
			async prepare() {
				await fill(pair.edge, blocks, count, {peer: 'hub', other: 'nowhere'});
			},
			async run() {
				const {acked} = await status.depth();
				await daemon.call('relay.resume', {peer_id: 'hub'});
				await status.until(depth => depth.acked >= acked + count);
				await daemon.call('relay.pause', {peer_id: 'hub'});
				return {operations: count, payloadBytes: count * FILL_BYTES};
			},
			close: () => cleanup.run(),
		};
	});

const FULL = 'drain of full blocks';

export const benches: readonly Bench[] = [
	{
		name: FULL,
		group: 'drain',
		unit: 'segments/s',
		setup: context => setup('full blocks', context),
	},
	{
		name: 'drain of blocks of one',
		group: 'drain',
		unit: 'segments/s',
		goals: [{against: {bench: FULL, as: 'ratio'}, atLeast: 0.5}],
		setup: context => setup('blocks of one', context),
	},
];
