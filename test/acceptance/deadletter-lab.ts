import test from 'ava';
import {runDeadletter} from '../helpers/labs/deadletter-run.js';
import {missedBars} from '../helpers/labs/lab-report.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

/** The short form of `npm run lab -- deadletter`. */
test.serial('what is dead is kept, recovered where it can be, and buried again where it cannot', async t => {
	t.timeout(240_000);
	const report = await runDeadletter(t, {
		directory: await temporaryDirectory(t),
		segments: 10,
		note: line => t.log(line),
	});
	t.deepEqual(missedBars(report), []);
	t.true(report.passed);
});
