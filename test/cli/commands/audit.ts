import {appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {writeTrail} from '../../helpers/audit/write-trail.js';
import {runLine} from '../../helpers/cli.js';
import {verification} from '../../helpers/cli-json/printed.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const GONE = new DaemonUnreachable('/run/edged/rpc.sock', 'ENOENT');

test('a query reads the files, the newest first, under the headings of the reference', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2, 1]);
	const {out, calls} = await runLine(`audit query --audit-dir ${directory}`);
	t.deepEqual(calls, []);
	const [heading = '', ...rows] = out.trimEnd().split('\n');
	t.deepEqual(heading.split(/ {2,}/), ['TIMESTAMP', 'EVENT', 'ACTOR', 'RESOURCE', 'OUTCOME', 'SOURCE']);
	t.deepEqual(
		rows.slice(0, -1).map(row => row.split(/ {2,}/)[3]),
		['r3', 'r2', 'r1'],
	);
	t.is(rows.at(-1), '3 records, the newest first');
});

test('all filters go to the daemon; a time so long ago is written out', async t => {
	const line =
		'audit query --event-type relay.paused --category relay --actor mia --outcome success --source cli --start-time 2026-11-24T06:00:00Z --end-time 2026-11-25 --limit 7';
	const {calls, out} = await runLine(line, {
		answers: {'audit.query': {events: [], examined: 0, unreadable: 0}},
	});
	t.deepEqual(calls[0]?.[1], {
		event_type: 'relay.paused',
		category: 'relay',
		actor: 'mia',
		outcome: 'success',
		source: 'cli',
		start_time: '2026-11-24T06:00:00Z',
		end_time: '2026-11-25T00:00:00Z',
		limit: 7,
		order: 'newest_first',
	});
	t.is(out, 'no records match\n');
});

test('without a limit all pages are one document', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [1500]);
	const {raw} = await runLine(`audit query --limit 0 --output json --audit-dir ${directory}`);
	t.is((JSON.parse(raw.toString()) as {events: unknown[]}).events.length, 1500);
	const text = await runLine(`audit query --limit 0 --audit-dir ${directory}`);
	t.is(text.raw.toString().split('\n').length, 1500 + 3);
});

test('an export writes a file that others can read, and says how much', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2, 1]);
	const file = path.join(await temporaryDirectory(t), 'out');
	const {errors, out} = await runLine(`audit export --audit-dir ${directory} --output ${file}`);
	t.is(errors, `edgectl: 3 records exported to ${file}\n`);
	t.is(out, '');
	const records = JSON.parse(readFileSync(file, 'utf8')) as Array<{resource: string}>;
	t.deepEqual(
		records.map(({resource}) => resource),
		['r1', 'r2', 'r3'],
	);
	await runLine(`audit export --format csv --audit-dir ${directory} --output ${file}`);
	t.is(readFileSync(file, 'utf8').split('\r\n').length, 5);
	const empty = await runLine(`audit export --category ha --audit-dir ${directory}`);
	t.deepEqual(JSON.parse(empty.raw.toString()), []);
});

test('an export to a place that is not there says so', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [1]);
	await t.throwsAsync(runLine(`audit export --audit-dir ${directory} --output ${directory}/no/file`), {
		message: /no\/file cannot be written: ENOENT.*name another --output FILE/,
	});
	await t.throwsAsync(runLine(`audit export --audit-dir ${directory} --output text`), {
		message: /choose by --format/,
	});
});

test('a sound trail verifies offline, and it is said what was not checked', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2, 1]);
	const line = `audit verify --audit-dir ${directory}`;
	const {out, exitCode} = await runLine(line, {answers: {'audit.head': GONE}});
	t.is(exitCode, undefined);
	t.regex(
		out,
		/Records: +3 \(1 to 3\)\n.*Chain: +unbroken\n +End: +not checked: the daemon is not reachable/s,
	);
	const json = await runLine(`${line} --output json`, {answers: {'audit.head': GONE}});
	t.true(verification.safeParse(JSON.parse(json.out)).success);
});

test('a line that was changed is named and the exit code is 1', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [3]);
	const [name = ''] = readdirSync(directory);
	const file = path.join(directory, name);
	writeFileSync(file, readFileSync(file, 'utf8').replace('r2', 'r9'));
	const {out, exitCode} = await runLine(`audit verify --audit-dir ${directory}`, {
		answers: {'audit.head': GONE},
	});
	t.is(exitCode, 1);
	t.true(out.includes(`${name}, line 2: number 2 was changed`));
});

test('the end is compared with the daemon when the directory is its own, and only then', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [3]);
	const {last_hash: hash} = await verifyTrail(directory);
	const head = (where: string, seq: number) => ({
		answers: {'audit.head': {directory: where, head: {seq, hash}, waiting: 0}},
	});
	t.is((await runLine('audit verify', head(directory, 3))).exitCode, undefined);
	const cut = await runLine('audit verify', head(directory, 4));
	t.is(cut.exitCode, 1);
	t.regex(cut.out, /the end was cut off/);
	const copy = await runLine(`audit verify --audit-dir ${directory}`, head('/var/lib/edged/audit', 9));
	t.is(copy.exitCode, undefined);
	t.regex(copy.out, /not checked: the daemon keeps its trail in \/var\/lib\/edged\/audit/);
});

test('lines that are none are told beside the answer', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [1]);
	appendFileSync(path.join(directory, readdirSync(directory)[0] ?? ''), 'nonsense\n');
	const {errors} = await runLine(`audit query --audit-dir ${directory}`);
	t.regex(errors, /1 lines of the trail are not what edged wrote.*audit verify/);
});

test('a directory that is none, is not there or may not be read is said', async t => {
	const directory = await temporaryDirectory(t);
	writeFileSync(path.join(directory, 'file'), '');
	await t.throwsAsync(runLine(`audit query --audit-dir ${directory}/file`), {message: /is no directory/});
	await t.throwsAsync(runLine(`audit query --audit-dir ${directory}/gone`), {message: /does not exist/});
});

for (const [line, words] of [
	['audit prune', /--older-than 90d/],
	['audit prune --older-than 5h', /whole days/],
	['audit query --limit -1', /whole number/],
	['audit query --category relays', /rollout, ha, relay/],
	['audit query --start-time yesterday', /such as 2h/],
] as const) {
	test(`"${line}" says what would be right`, async t => {
		await t.throwsAsync(runLine(line), {message: words});
	});
}

test('a prune says what has gone', async t => {
	const answer = {dry_run: false, files: ['audit-2026-01-01.jsonl', 'audit-2026-01-03.jsonl'], bytes: 2048};
	const {out, calls} = await runLine('audit prune --older-than 30d', {answers: {'audit.prune': answer}});
	t.deepEqual(calls, [['audit.prune', {older_than_days: 30, operator: 'uid:1000'}]]);
	t.is(out, 'removed 2 files, 2 KiB: audit-2026-01-01.jsonl to audit-2026-01-03.jsonl\n');
});

test('what has the name of a day and is no file is said beside the answer, by query, export and verify', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2]);
	mkdirSync(path.join(directory, 'audit-2001-01-01.jsonl'));
	const SAID = /audit-2001-01-01\.jsonl is a directory, not a file of the trail: left out/;
	for (const line of ['query', 'query --limit 0', 'export']) {
		const {errors, raw, out} = await runLine(`audit ${line} --audit-dir ${directory}`);
		t.regex(errors, SAID, line);
		t.true(`${raw.toString()}${out}`.includes('r2'), line);
	}
	const whole = await runLine(`audit query --limit 0 --output json --audit-dir ${directory}`);
	t.deepEqual((JSON.parse(whole.raw.toString()) as {not_files: unknown}).not_files, [
		{file: 'audit-2001-01-01.jsonl', what: 'a directory'},
	]);
	const {out, exitCode} = await runLine(`audit verify --audit-dir ${directory}`, {
		answers: {'audit.head': GONE},
	});
	t.is(exitCode, 1);
	t.regex(out, /Chain: +unbroken/);
	t.regex(out, /audit-2001-01-01\.jsonl is a directory, not a file of the trail: edged did not make it/);
});
