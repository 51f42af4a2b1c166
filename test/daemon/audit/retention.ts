import {readdirSync} from 'node:fs';
import test from 'ava';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {Retention} from '../../../src/daemon/audit/retention.js';
import {JournalStage} from '../../helpers/audit/journal-stage.js';
import {DAY_MS} from '../../helpers/audit/write-trail.js';
import {silentLogger} from '../../helpers/silent-logger.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

test('days that were too old at two looks go, the trail tells of it, and the rest verifies', async t => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	for (let day = 0; day < 5; day++) {
		await journal.note(stage.event(`day ${day}`));
		stage.clock.advance(DAY_MS);
	}
	const {clock} = stage;
	const retention = new Retention({journal, clock, logger: silentLogger, keptMs: 3 * DAY_MS});
	await retention.look();
	t.is(readdirSync(stage.directory).length, 5, 'a clock may have jumped');
	await retention.look();
	await retention.look();
	const found = await verifyTrail(stage.directory, journal.head);
	t.like(found, {break_count: 0, is_pruned: true, first_seq: 3, end: {state: 'as_known'}});
	t.is(found.files.length, 4);
	await journal.close();
});
