import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {runOutage} from '../../test/helpers/two-daemons/outage-run.js';
import {withCleanup} from '../harness/cleanup.js';

/**
 * `npm run lab -- long-outage`: 50,000 segments wait at the edge for a hub that is down and then comes back. Ends with exit code 1
 * when an attempt was charged, a segment was buried or not delivered once, or the edge's memory grew with its backlog.
 */
const {values} = parseArgs({
	options: {
		segments: {type: 'string', default: '50000'},
		bytes: {type: 'string', default: '4096'},
		/** Vain tries of the edge before the hub returns: 6 take about a minute. */
		failures: {type: 'string', default: '6'},
		/** Where the daemons keep their state. */
		dir: {type: 'string', default: tmpdir()},
	},
});

const MEMORY_GROWTH = 32 * 2 ** 20;

const say = (line: string): void => {
	process.stdout.write(`${line}\n`);
};

await withCleanup(async cleanup => {
	const directory = await mkdtemp(path.join(values.dir, 'edged-lab-'));
	const segments = Number(values.segments);
	const run = await runOutage(cleanup, {
		directory,
		segments,
		byteLength: Number(values.bytes),
		failures: Number(values.failures),
		note: say,
	});
	await cleanup.run();
	const {down, attempted, troubled, edge, hub, memory} = run;
	say(JSON.stringify({down: down.queue_depth, edge, hub, memory}, undefined, 2));
	const isWell =
		down.queue_depth.scheduled === segments &&
		attempted.length + troubled.length === 0 &&
		edge.acked === segments &&
		edge.total === segments &&
		hub.total === segments &&
		memory.full - memory.fifth < MEMORY_GROWTH;
	if (isWell) {
		say('The outage cost nothing, and everything was delivered once.');
		await rm(directory, {recursive: true});
	} else {
		say(JSON.stringify({attempted: attempted.slice(0, 10), troubled: troubled.slice(0, 10)}, undefined, 2));
		say(`A PROMISE WAS BROKEN. Everything is still in ${directory}`);
		process.exitCode = 1;
	}
});
