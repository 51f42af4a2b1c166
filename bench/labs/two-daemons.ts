import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {runKilled} from '../../test/helpers/two-daemons/killed-run.js';
import {seedOfRun} from '../../test/helpers/two-daemons/random.js';
import {withCleanup} from '../harness/cleanup.js';

/**
 * `npm run lab -- two-daemons`: edge and hub over mutual TLS are killed at random moments while 20,000 segments of 0 B to 2 MiB
 * go through them into a directory. Ends with exit code 1 when one that was acknowledged is missing, damaged or there twice.
 */
const {values} = parseArgs({
	options: {
		segments: {type: 'string', default: '20000'},
		'edge-kills': {type: 'string', default: '10'},
		'hub-kills': {type: 'string', default: '5'},
		/** Of the load and of the kills; the moments still differ by what the machine does. */
		seed: {type: 'string', default: String(seedOfRun())},
		/** Where the daemons keep their state, and the hub its files. */
		dir: {type: 'string', default: tmpdir()},
	},
});

const say = (line: string): void => {
	process.stdout.write(`${line}\n`);
};

await withCleanup(async cleanup => {
	const begun = performance.now();
	const segments = Number(values.segments);
	say(`${segments} segments, seed ${values.seed}`);
	const directory = await mkdtemp(path.join(values.dir, 'edged-lab-'));
	const run = await runKilled(cleanup, {
		directory,
		seed: Number(values.seed),
		segments,
		kills: {edge: Number(values['edge-kills']), hub: Number(values['hub-kills'])},
		note: line => say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}`),
	});
	const {faults, files, bytes} = run.arrivals;
	say(JSON.stringify({...run, arrivals: {files, bytes}, charged: run.charged.length}, undefined, 2));
	const isWhole =
		run.acknowledged === segments &&
		Object.values(faults).every(list => list.length === 0) &&
		run.charged.length === 0 &&
		[run.edge, run.hub].every(({acked, total}) => acked === files && total === files);
	await cleanup.run();
	if (isWhole) {
		say('Every acknowledged segment arrived once and whole.');
		await rm(directory, {recursive: true});
	} else {
		say(JSON.stringify({faults, charged: run.charged}, undefined, 2));
		say(`A PROMISE WAS BROKEN. Everything is still in ${directory}`);
		process.exitCode = 1;
	}
});
