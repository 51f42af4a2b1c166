import test from 'ava';
import {runBandwidth} from '../helpers/labs/bandwidth-run.js';
import {missedBars} from '../helpers/labs/lab-report.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

/** The short form of `npm run lab -- bandwidth`: wide margins on time, none on bytes. */
test.serial('over mutual TLS no second sees more than the limit, and a new limit acts at once', async t => {
	t.timeout(240_000);
	const {report} = await runBandwidth(t, {
		directory: await temporaryDirectory(t),
		cells: [
			{rate: 2048, size: 1_048_576},
			{rate: 16_384, size: 200},
		],
		seconds: 3,
		margins: {leastUse: 0.6, mostReactionMs: 1900},
		note: line => t.log(line),
	});
	t.deepEqual(missedBars(report), []);
	t.true(report.passed);
});
