import {parseArgs} from 'node:util';
import {type Blocks, fill} from '../daemon/fill.js';
import {nowhere, startPair} from '../e2e/daemons.js';
import {StatusWatch} from '../e2e/status.js';
import type {Cleanup} from '../harness/cleanup.js';
import {runLab} from '../harness/run-lab.js';
import {WatchedDaemon} from '../harness/watched-daemon.js';

/**
 * Where the processor time goes while a backlog drains to a hub, in microseconds a segment.
 * `npm run lab -- profile-drain [--blocks 'full blocks'|'blocks of one'] [--count N] [--top N] [--save DIR]`
 */
const {values: words} = parseArgs({
	options: {
		blocks: {type: 'string', default: 'blocks of one'},
		count: {type: 'string', default: '131072'},
		top: {type: 'string', default: '40'},
		save: {type: 'string'},
	},
});

const run = async (cleanup: Cleanup, directory: string): Promise<void> => {
	const {edge, hub} = await startPair(cleanup, directory, {
		morePeers: `${nowhere()}default = false\n`,
		nodeArguments: ['--inspect-port=0'],
	});
	await edge.daemon.call('relay.pause', {});
	const status = await StatusWatch.open(cleanup, edge);
	const count = Number(words.count);
	const drain = async (): Promise<void> => {
		const {acked} = await status.depth();
		await edge.daemon.call('relay.resume', {peer_id: 'hub'});
		await status.until(depth => depth.acked >= acked + count);
		await edge.daemon.call('relay.pause', {peer_id: 'hub'});
	};
	const refill = () => fill(edge, words.blocks as Blocks, count, {peer: 'hub', other: 'nowhere'});
	await refill();
	await drain(); // Warms both up.
	await refill();
	const watched = [await WatchedDaemon.attach('edge', edge), await WatchedDaemon.attach('hub', hub)];
	await Promise.all(watched.map(daemon => daemon.start()));
	const startedAt = performance.now();
	await drain();
	const seconds = (performance.now() - startedAt) / 1000;
	process.stdout.write(`${count} segments in ${words.blocks}, ${Math.round(count / seconds)} a second\n`);
	for (const daemon of watched) {
		await daemon.report(count, {
			top: Number(words.top),
			...(words.save !== undefined && {save: words.save}),
		});
	}
};

await runLab(run);
