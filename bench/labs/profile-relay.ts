import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {type Relay, startPair} from '../e2e/daemons.js';
import type {Form} from '../e2e/produce.js';
import {fullLoad, startProducer} from '../e2e/producer.js';
import {StatusWatch} from '../e2e/status.js';
import {Cleanup} from '../harness/cleanup.js';
import {costs, type Profile, Profiler} from '../harness/profiler.js';
import {threadTimes} from '../harness/usage.js';

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

type Watched = {readonly name: string; readonly relay: Relay; readonly profiler: Profiler};

const watch = async (name: string, relay: Relay): Promise<Watched> => ({
	name,
	relay,
	profiler: await Profiler.attach(relay.daemon),
});

const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};

/** Shares of the profile are laid on what the main thread really used: samples also count time in which others had the processor. */
const report = (
	{name, relay}: Watched,
	before: ReadonlyMap<string, number>,
	profile: Profile,
	segments: number,
): void => {
	const {pid} = relay.daemon;
	const threads = [...threadTimes(pid)].map(([thread, nanoseconds]) => ({
		thread,
		micros: (nanoseconds - (before.get(thread) ?? 0)) / 1000 / segments,
	}));
	const total = threads.reduce((sum, {micros}) => sum + micros, 0);
	const main = threads.find(({thread}) => thread.endsWith(`-${pid}`))?.micros ?? 0;
	print(`\n## ${name}: ${total.toFixed(2)} us/segment, main thread ${main.toFixed(2)}`);
	const others = threads.filter(({thread, micros}) => !thread.endsWith(`-${pid}`) && micros >= 0.01);
	print(`other threads: ${others.map(({micros}) => micros.toFixed(2)).join(', ')}`);
	for (const {place, share} of costs(profile).slice(0, Number(words.top))) {
		print(`${(share * main).toFixed(3).padStart(8)}  ${place}`);
	}
};

const run = async (cleanup: Cleanup): Promise<void> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'edged-lab-'));
	cleanup.teardown(() => rm(directory, {recursive: true, force: true}));
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
	const watched = [await watch('edge', edge), await watch('hub', hub)];
	const before = watched.map(({relay}) => threadTimes(relay.daemon.pid));
	await Promise.all(watched.map(({profiler}) => profiler.start()));
	const startedAt = performance.now();
	const segments = await produce(Number(words.seconds) * 1000);
	const seconds = (performance.now() - startedAt) / 1000;
	print(`${segments} segments of ${words.bytes} B, ${Math.round(segments / seconds)} a second`);
	for (const [at, one] of watched.entries()) {
		const profile = await one.profiler.stop();
		report(one, before[at] ?? new Map(), profile, segments);
		if (words.save !== undefined) {
			await writeFile(path.join(words.save, `${one.name}.cpuprofile`), JSON.stringify(profile));
		}
	}
};

const cleanup = new Cleanup();
try {
	await run(cleanup);
} finally {
	await cleanup.run();
}
