import test from 'ava';
import {temporaryDirectory} from '../helpers/temp-dir.js';
import {runKilled} from '../helpers/two-daemons/killed-run.js';
import {seedOfRun} from '../helpers/two-daemons/random.js';

/** For a machine that is busy with ten other things; alone it takes a tenth. */
const TIMEOUT_MS = 300_000;

/** The short form of `npm run lab -- two-daemons`. */
test.serial(
	'edge and hub are killed again and again, and every acknowledged segment arrives once and whole',
	async t => {
		t.timeout(TIMEOUT_MS);
		const seed = seedOfRun();
		t.log(`EDGED_SEED=${seed}`);
		const run = await runKilled(t, {
			directory: await temporaryDirectory(t),
			seed,
			segments: 1500,
			kills: {edge: 4, hub: 2},
			note: line => t.log(line),
		});
		t.is(run.acknowledged, 1500);
		t.deepEqual(run.arrivals.faults, {missing: [], damaged: [], tooOften: [], foreign: []});
		t.deepEqual(run.charged, []);
		const allAcked = {
			scheduled: 0,
			inflight: 0,
			acked: run.arrivals.files,
			satisfied: 0,
			failed: 0,
			deadletter: 0,
			held: 0,
			total: run.arrivals.files,
		};
		t.like(run.edge, allAcked);
		t.like(run.hub, allAcked);
		t.true(
			run.edgeAbandoned.some(count => count > 0),
			'no kill met the edge with a request under way',
		);
		t.true(run.unanswered > 0, 'no kill met the producer with a handover under way');
	},
);
