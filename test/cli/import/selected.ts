import path from 'node:path';
import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {deadRecord, exportFiles, writeFiles} from '../../helpers/dead-export.js';
import {importInto} from '../../helpers/taking-daemon.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const RECORDS = [
	deadRecord('early', 'one', {updated_at: '2026-07-20T00:00:00.000Z', reason: 'EXPIRED'}),
	deadRecord('image', 'two', {updated_at: '2026-07-25T10:30:00.000Z', labels: {kind: 'image'}}),
	deadRecord('late', 'three', {updated_at: '2026-07-25T11:30:00.000Z', reason: 'MAX_RETRIES'}),
	deadRecord('other', 'four', {updated_at: '2026-07-25T11:30:00.000Z', peer_id: 'hub'}),
];
const ALL = ['early', 'image', 'late', 'other'];

// It is noon on 2026-07-25 for the command.
for (const [filters, expected] of [
	['', ALL],
	['--all', ALL],
	['--reason expired', ['early']],
	['--peer-id hub', ['other']],
	['--peer-id outbox', ['early', 'image', 'late']],
	['--label kind=image', ['image']],
	['--label KIND=image', ['image']],
	['--label constructor=image', []],
	['--since 1h', ['late', 'other']],
	['--older-than 1h', ['early', 'image']],
	['--since 2026-07-25T10:30:00Z --older-than 2026-07-25T11:30:00Z', ['image']],
	['--all --since 2h --reason MAX_RETRIES', ['late']],
] as const) {
	test(`of an export comes in what is asked for: ${filters || 'no filter'}`, async t => {
		const source = path.join(await temporaryDirectory(t), 'dead');
		await writeFiles(source, exportFiles(RECORDS, ['one', 'two', 'three', 'four']));
		const landed = new Map<string, string>();
		const {out, exitCode} = await importInto(source, landed, `--map-peer hub=outbox ${filters}`);
		t.deepEqual([...landed.keys()].toSorted(), expected.toSorted());
		const left = ALL.length - expected.length;
		t.is(out.includes('passed over'), left > 0);
		t.regex(out, left === 0 ? /^imported 4/ : new RegExp(`\\n {2}${left} passed over: not asked for\\n`));
		t.is(exitCode, undefined);
	});
}

test('what is not asked for needs no peer and no payload here', async t => {
	const source = path.join(await temporaryDirectory(t), 'dead');
	await writeFiles(source, exportFiles(RECORDS, ['one', 'two', 'three']));
	const landed = new Map<string, string>();
	const {exitCode, errors} = await importInto(source, landed, '--peer-id outbox');
	t.is(exitCode, undefined, errors);
	t.is(landed.size, 3);
});

test('a span in which nothing can lie is refused before anything is read', async t => {
	await t.throwsAsync(importInto('/nowhere', new Map(), '--since 1h --older-than 2d'), {
		instanceOf: UsageError,
		message: /Nothing lies between/,
	});
});

test('segments come in in the order of their enqueues, however they are written down', async t => {
	const source = path.join(await temporaryDirectory(t), 'dead');
	const made = (entry: string): string => `seg-000000000a0000000001${entry}`;
	const at = (second: number) => ({enqueued_at: `2026-11-24T00:00:${`${second}`.padStart(2, '0')}.000Z`});
	const names = [made('02'), 'third', 'first', made('00'), 'second', made('01')];
	const seconds = [7, 3, 1, 7, 2, 7];
	const records = names.map((name, n) => deadRecord(name, name, at(seconds[n] ?? 0)));
	await writeFiles(source, exportFiles(records, names));
	const landed = new Map<string, string>();
	await importInto(source, landed);
	t.deepEqual([...landed.keys()], ['first', 'second', 'third', made('00'), made('01'), made('02')]);
});
