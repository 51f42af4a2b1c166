import {parseArgs} from 'node:util';
import {startPair} from '../e2e/daemons.js';
import type {Form} from '../e2e/produce.js';
import {fullLoad, startProducer} from '../e2e/producer.js';
import {StatusWatch} from '../e2e/status.js';
import type {Cleanup} from '../harness/cleanup.js';
import {runLab} from '../harness/run-lab.js';
import {WatchedDaemon} from '../harness/watched-daemon.js';

/**
 * Where the processor time of an end-to-end relay goes, in microseconds a segment: figures that mean something even on a machine that is
 * not idle. `npm run lab -- profile-relay [--bytes N] [--form binary|rpc|single] [--seconds N] [--top N] [--save DIR]`; the profiles that
 * `--save` keeps open in any Chromium.
 */
const {values: words} = parseArgs({
	options: {
		bytes: {type: 'string', default: '1024'},
		form: {type: 'string', default: 'binary'},
		seconds: {type: 'string', default: '10'},
		top: {type: 'string', default: '40'},
		save: {type: 'string'},
	},
});

const run = async (cleanup: Cleanup, directory: string): Promise<void> => {
	const {edge, hub} = await startPair(cleanup, directory, {nodeArguments: ['--inspect-port=0']});
	const producer = await startProducer(cleanup, fullLoad(edge, words.form as Form, Number(words.bytes)));
	const status = await StatusWatch.open(cleanup, edge);
	const produce = async (durationMs: number | 'warm-up'): Promise<number> => {
		const {acked} = await status.depth();
		const {segments} = await producer.produce(durationMs);
		await status.until(depth => depth.acked >= acked + segments);
		return segments;
	};
	await produce('warm-up');
	const watched = [await WatchedDaemon.attach('edge', edge), await WatchedDaemon.attach('hub', hub)];
	await Promise.all(watched.map(daemon => daemon.start()));
	const startedAt = performance.now();
	const segments = await produce(Number(words.seconds) * 1000);
	const seconds = (performance.now() - startedAt) / 1000;
	process.stdout.write(
		`${segments} segments of ${words.bytes} B, ${Math.round(segments / seconds)} a second\n`,
	);
	for (const daemon of watched) {
		await daemon.report(segments, {
			top: Number(words.top),
			...(words.save !== undefined && {save: words.save}),
		});
	}
};

await runLab(run);
