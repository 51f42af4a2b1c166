import test from 'ava';
import {JournalStage} from '../../helpers/audit/journal-stage.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

test('what an edged before had begun and not written, all in one row, is told once; the row is written in the new form', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const first = await stage.open();
	const begun = await first.journal.begin({...stage.event('told'), outcome: 'pending'}, 'refuse');
	await first.journal.end(begun, stage.event('told'));
	await first.journal.close();
	const {settings} = stage;
	await settings.writeSetting('audit:journal', {
		...(settings.readSetting('audit:journal') as object),
		acts: 4,
		open: [
			{...stage.event('open'), outcome: 'pending', act: 4},
			{...stage.event('nonsense'), act: 'x'},
		],
		late: [{...stage.event('late'), act: 3}],
		running: true,
	});

	const {journal, found} = await stage.open();
	t.is(found.pending, 1);
	t.true(found.wasRunning);
	t.deepEqual(
		readChain(stage.directory).map(({event_name: name, outcome, act}) => [name, outcome, act]),
		[
			['told', 'success', 1],
			['late', 'success', 3],
			['open', 'pending', 4],
		],
	);
	t.false('open' in (settings.readSetting('audit:journal') as object));
	await journal.close();
	const again = await stage.open();
	t.is(again.found.pending, 0);
	t.is(readChain(stage.directory).length, 3);
	await again.journal.close();
});

test('acts that are not in the trail are found although the row of the journal is lost, and no number is given twice', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const first = await stage.open();
	await first.journal.begin({...stage.event('one'), outcome: 'pending'}, 'refuse');
	await first.journal.begin({...stage.event('two'), outcome: 'pending'}, 'refuse');
	await first.journal.close();
	await stage.settings.writeSetting('audit:journal', undefined);
	const {journal, found} = await stage.open();
	t.is(found.pending, 2);
	await journal.note(stage.event('three'));
	t.deepEqual(
		readChain(stage.directory).map(({event_name: name, act}) => [name, act]),
		[
			['one', 1],
			['two', 2],
			['three', 3],
		],
	);
	t.deepEqual([...stage.settings.readSettings('audit:act:').keys()], []);
	await journal.close();
});

test('when the store cannot be written, what changed meanwhile is in it with the next write that can', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	const event = stage.event('act');
	const begun = await journal.begin({...event, outcome: 'pending'}, 'refuse');
	t.is(stage.settings.readSettings('audit:act:').size, 1);
	stage.settings.failure = new Error('full');
	await t.throwsAsync(journal.begin({...event, outcome: 'pending'}, 'refuse'), {message: 'full'});
	await journal.end(begun, event);
	t.is(stage.settings.readSettings('audit:act:').size, 1, 'as it was');
	stage.settings.failure = undefined;
	await journal.note(stage.event('later'));
	t.deepEqual([...stage.settings.readSettings('audit:act:').keys()], []);
	t.is(readChain(stage.directory).length, 2);
	await journal.close();
});
