import {parseArgs} from 'node:util';
import {startStoringRelay} from '../e2e/daemons.js';
import type {Form} from '../e2e/produce.js';
import {doors, startProducer} from '../e2e/producer.js';
import type {Cleanup} from '../harness/cleanup.js';
import {runLab} from '../harness/run-lab.js';
import {WatchedDaemon} from '../harness/watched-daemon.js';

/**
 * Where the processor time of a durable enqueue goes, in microseconds a segment, in a daemon that delivers nothing.
 * `npm run lab -- profile-ingest [--bytes N] [--form binary|rpc|single] [--batch N] [--in-flight N] [--seconds N] [--top N] [--save DIR]`
 */
const {values: words} = parseArgs({
	options: {
		bytes: {type: 'string', default: '1024'},
		form: {type: 'string', default: 'binary'},
		batch: {type: 'string', default: '16'},
		'in-flight': {type: 'string', default: '16'},
		seconds: {type: 'string', default: '10'},
		top: {type: 'string', default: '40'},
		save: {type: 'string'},
	},
});

const run = async (cleanup: Cleanup, directory: string): Promise<void> => {
	const relay = await startStoringRelay(cleanup, directory, 'relay', '', ['--inspect-port=0']);
	const producer = await startProducer(cleanup, {
		form: words.form as Form,
		byteLength: Number(words.bytes),
		batch: Number(words.batch),
		inFlight: Number(words['in-flight']),
		...doors(relay),
	});
	await producer.produce('warm-up');
	const watched = await WatchedDaemon.attach('relay', relay);
	await watched.start();
	const startedAt = performance.now();
	const {segments, p50Ms, p99Ms} = await producer.produce(Number(words.seconds) * 1000);
	const seconds = (performance.now() - startedAt) / 1000;
	process.stdout.write(
		`${segments} segments, ${Math.round(segments / seconds)} a second, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms\n`,
	);
	await watched.report(segments, {
		top: Number(words.top),
		...(words.save !== undefined && {save: words.save}),
	});
};

await runLab(run);
