import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {runOverflow} from '../../test/helpers/labs/overflow-run.js';
import {withCleanup} from '../harness/cleanup.js';

/**
 * `npm run lab -- overflow`: a queue that fills and drains (S-A), and one that overflows with `evict_oldest` (S-B), each with a
 * daemon of its own. Ends with a report as JSON, and with exit code 1 when a bar was missed.
 */
const {values} = parseArgs({
	options: {
		segments: {type: 'string', default: '200'},
		/** Of each segment of S-B, whose ceiling is 1 MiB. */
		bytes: {type: 'string', default: '16384'},
		/** Where the daemons keep their state. */
		dir: {type: 'string', default: tmpdir()},
		/** A file for the report; else it is written to the output. */
		report: {type: 'string'},
	},
});

await withCleanup(async cleanup => {
	const directory = await mkdtemp(path.join(values.dir, 'edged-lab-'));
	const report = await runOverflow(cleanup, {
		directory,
		segments: Number(values.segments),
		byteLength: Number(values.bytes),
		note: line => process.stderr.write(`${line}\n`),
	});
	await cleanup.run();
	const text = `${JSON.stringify(report, undefined, 2)}\n`;
	if (values.report === undefined) {
		process.stdout.write(text);
	} else {
		await writeFile(values.report, text);
	}
	if (report.passed) {
		await rm(directory, {recursive: true});
	} else {
		process.stderr.write(`A BAR WAS MISSED. Everything is still in ${directory}\n`);
		process.exitCode = 1;
	}
});
