import test from 'ava';
import {runImpairment} from '../helpers/labs/impairment-run.js';
import {missedBars} from '../helpers/labs/lab-report.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

/** The short form of `npm run lab -- impairment`. */
test.serial('behind a link that is down, slow or cut every segment arrives in the end', async t => {
	t.timeout(240_000);
	const report = await runImpairment(t, {
		directory: await temporaryDirectory(t),
		segments: 8,
		byteLength: 8192,
		note: line => t.log(line),
	});
	t.deepEqual(missedBars(report), []);
	t.true(report.passed);
});
