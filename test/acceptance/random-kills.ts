import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {missedBars} from '../helpers/labs/lab-report.js';
import {type Evidence, type Faults, findFaults} from '../helpers/random-kills/oracle.js';
import {runRandomKills} from '../helpers/random-kills/random-kills.js';
import {reportOf} from '../helpers/random-kills/report.js';
import {SCENARIOS} from '../helpers/random-kills/scenario.js';
import {readReceived} from '../helpers/random-kills/web-received.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';
import {seedOfRun} from '../helpers/two-daemons/random.js';

/** For a machine that is busy with ten other things; alone it takes a tenth. */
const TIMEOUT_MS = 400_000;

/** The short form of `npm run lab -- random-kills`. */
test.serial(
	'edge, hub and web endpoint are killed under every success condition, and what was acknowledged is where it should be',
	async t => {
		t.timeout(TIMEOUT_MS);
		const seed = seedOfRun();
		t.log(`EDGED_SEED=${seed}`);
		const directory = await temporaryDirectory(t);
		const runs = await runRandomKills(t, {
			directory,
			scenarios: SCENARIOS.slice(0, 3),
			seed,
			segments: 600,
			kills: 6,
			note: line => t.log(line),
		});
		const report = reportOf(seed, runs);
		t.log(JSON.stringify(report.figures));
		t.deepEqual(missedBars(report), []);
		t.true(report.passed);

		// The oracle of the run that was clean sees what is taken from it.
		const [first] = runs;
		if (first !== undefined) {
			await seesLosses(t, first.evidence, path.join(directory, '1', 'received.jsonl'));
		}
	},
);

const seesLosses = async (t: ExecutionContext, evidence: Evidence, file: string): Promise<void> => {
	const {acknowledged, arrived, records} = evidence;
	const segmentOf = (number: number) => acknowledged.get(number)?.segment;
	const lines = (await readFile(file, 'utf8')).split('\n');
	const id = acknowledged.get(0)?.id ?? '';
	const isOfIt = (line: string): boolean => line.includes(`"id":"${id}"`);
	const withWeb = (left: readonly string[]): Evidence => ({
		...evidence,
		arrived: new Map([...arrived, ['web', readReceived(left.join('\n'), 'raw', segmentOf)]]),
	});
	t.deepEqual(findFaults(withWeb(lines)), NO_FAULTS);
	t.deepEqual(findFaults(withWeb(lines.filter(line => !isOfIt(line)))), {
		...NO_FAULTS,
		missing: [`${id} at web`],
		tooFew: [`${id} is at 2 peers of 3`],
	});
	const bent = lines.map(line => (isOfIt(line) ? line.replace(/"sha256":"./, '"sha256":"x') : line));
	t.like(findFaults(withWeb(bent)), {missing: [`${id} at web`], tooFew: [`${id} is at 2 peers of 3`]});
	t.true(findFaults(withWeb(bent)).damaged.includes(`${id} at web`));
	const without = (peer: string) =>
		records.filter(record => record.segment_id !== id || record.peer_id !== peer);
	t.is(findFaults({...evidence, records: without('files')}).unknown.length, 1);
	const gone = records.filter(record => record.segment_id !== id);
	t.deepEqual(findFaults({...evidence, records: gone}).unknown, [`${id} (n 0)`]);
	const waiting = records.map(record =>
		record.segment_id === id ? ({...record, state: 'scheduled'} as const) : record,
	);
	t.is(findFaults({...evidence, records: waiting}).unfinished.length, 3);
};

const NO_FAULTS: Faults = {
	unknown: [],
	unfinished: [],
	missing: [],
	tooFew: [],
	damaged: [],
	tooOften: [],
	foreign: [],
};
