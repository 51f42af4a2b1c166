import test from 'ava';
import {missedBars} from '../helpers/labs/lab-report.js';
import {runOverflow} from '../helpers/labs/overflow-run.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

/** The short form of `npm run lab -- overflow`. */
test.serial('a queue that overflows loses nothing unseen, and its depth is what the ledger says', async t => {
	t.timeout(120_000);
	const report = await runOverflow(t, {
		directory: await temporaryDirectory(t),
		segments: 200,
		byteLength: 16_384,
		note: line => t.log(line),
	});
	t.deepEqual(missedBars(report), []);
	t.true(report.passed);
});
