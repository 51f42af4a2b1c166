import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {runRandomKills} from '../../test/helpers/random-kills/random-kills.js';
import {reportOf} from '../../test/helpers/random-kills/report.js';
import {SCENARIOS} from '../../test/helpers/random-kills/scenario.js';
import {seedOfRun} from '../../test/helpers/two-daemons/random.js';
import {withCleanup} from '../harness/cleanup.js';

/**
 * `npm run lab -- random-kills`: an edge with a hub over mutual TLS, a web endpoint and a directory as peers, under every success
 * condition; edge, hub and endpoint are killed at random moments. Ends with a report as JSON, and with exit code 1 when
 * something that was acknowledged is not where it should be.
 */
const {values} = parseArgs({
	options: {
		kills: {type: 'string', default: '200'},
		segments: {type: 'string', default: '12000'},
		/** Of the load and of the kills; the moments still differ by what the machine does. */
		seed: {type: 'string', default: String(seedOfRun())},
		/** Where the daemons keep their state, and their peers what they got. */
		dir: {type: 'string', default: tmpdir()},
		/** A file for the report; else it is written to the output. */
		report: {type: 'string'},
	},
});

await withCleanup(async cleanup => {
	const begun = performance.now();
	const directory = await mkdtemp(path.join(values.dir, 'edged-lab-'));
	const seed = Number(values.seed);
	process.stderr.write(`${values.kills} kills, seed ${seed}\n`);
	const runs = await runRandomKills(cleanup, {
		directory,
		scenarios: SCENARIOS,
		seed,
		segments: Number(values.segments),
		kills: Number(values.kills),
		note: line =>
			process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}\n`),
	});
	await cleanup.run();
	const report = reportOf(seed, runs);
	const text = `${JSON.stringify(report, undefined, 2)}\n`;
	if (values.report === undefined) {
		process.stdout.write(text);
	} else {
		await writeFile(values.report, text);
	}
	if (report.passed) {
		await rm(directory, {recursive: true});
	} else {
		process.stderr.write(`A PROMISE WAS BROKEN. Everything is still in ${directory}\n`);
		process.exitCode = 1;
	}
});
