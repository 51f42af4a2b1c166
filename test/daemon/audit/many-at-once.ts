import test from 'ava';
import type {AuditJournal} from '../../../src/daemon/audit/audit-journal.js';
import {JournalStage} from '../../helpers/audit/journal-stage.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

/** A record of two thousand characters: some 130 of them are more than may wait in the store. */
const LONG = {reason: 'x'.repeat(2000)};
const MANY = 300;

const actAll = (stage: JournalStage, journal: AuditJournal): Promise<unknown> =>
	Promise.all(
		Array.from({length: MANY}, async (_, number) => {
			const event = stage.event(`act ${number % 2}`, {...LONG, number});
			const begun = await journal.begin({...event, outcome: 'pending'}, 'goes on');
			await journal.end(begun, event);
		}),
	);

test('a thousand acts at once that end one after another have a record each, and cost the store two rows each', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	let turn: Promise<unknown> = Promise.resolve();
	await Promise.all(
		Array.from({length: 1000}, async (_, number) => {
			const event = stage.event('act', {number});
			const begun = await journal.begin({...event, outcome: 'pending'}, 'refuse');
			turn = turn.then(() => new Promise(resolve => setImmediate(resolve)));
			await turn;
			await journal.end(begun, event);
		}),
	);
	t.is(new Set(numbersIn(stage.directory)).size, 1000);
	t.deepEqual([...stage.settings.readSettings('audit:act:').keys()], []);
	const {rows, chars} = stage.settings.written;
	t.true(rows <= 2 * 1000 + stage.settings.written.commits, `${rows} rows`);
	t.true(chars < 1000 * 2000, `${chars} characters`);
	await journal.close();
});

const numbersIn = (directory: string): unknown[] =>
	readChain(directory)
		.map(({fields}) => fields['number'])
		.filter(number => number !== undefined);

test('however many acts are under way at once, each has its record while the trail can be written', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	await actAll(stage, journal);
	t.is(new Set(numbersIn(stage.directory)).size, MANY);
	await journal.close();
});

test('what was only counted while nothing could be written is told when it can, also when that fails once more', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	stage.failure = Object.assign(new Error('full'), {code: 'ENOSPC'});
	await actAll(stage, journal);
	await actAll(stage, journal);
	await journal.flush();
	stage.failure = undefined;
	await journal.flush();
	const counts = readChain(stage.directory).find(line => line.event_name === 'audit.records.left_out')
		?.fields['counts'] as Record<string, number>;
	const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
	t.true(counted > 0);
	t.is(numbersIn(stage.directory).length + counted, 2 * MANY);
	await journal.close();
});
