import test from 'ava';
import {DamageLog} from '../../src/daemon/damage-log.js';
import type {Mend} from '../../src/storage/damage/mend.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {loggerWithLines} from '../helpers/log-lines.js';

const fixture = () => {
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const log = new DamageLog({clock, logger});
	const mended = (database: Mend['place']['database'], key: number, buried = 0) =>
		log.mended({place: {database, key: [1, key]}, done: `row ${key} is put right`, buried});
	const told = (level: string) => lines().filter(line => line['level'] === level);
	return {clock, log, mended, told};
};

test('a store with many damaged rows is a line for each kind, with counts, and the details at debug', t => {
	const {clock, mended, told} = fixture();
	for (let key = 0; key < 500; key++) {
		mended('queue', key, 2);
	}
	mended('groups', 7, 1);
	t.deepEqual(told('error'), []);
	t.is(told('debug').length, 501);
	t.like(told('debug')[7], {
		database: 'queue',
		key: [1, 7],
		buried: 2,
		msg: 'a damaged row: row 7 is put right',
	});
	clock.advance(1000);
	t.deepEqual(
		told('error').map(({database, rows, buried, first_key, msg}) => [database, rows, buried, first_key, msg]),
		[
			[
				'queue',
				500,
				1000,
				[1, 0],
				'500 damaged rows of one kind were found; the first: row 0 is put right; the others go on',
			],
			['groups', 1, 1, [1, 7], 'a damaged row was found: row 7 is put right; the others go on'],
		],
	);
});

test('what is found later is told later, and the end tells what was not told yet', t => {
	const {clock, log, mended, told} = fixture();
	mended('queue', 1);
	clock.advance(1000);
	mended('queue', 2);
	log.stop();
	t.deepEqual(
		told('error').map(({rows, first_key}) => [rows, first_key]),
		[
			[1, [1, 1]],
			[1, [1, 2]],
		],
	);
	clock.advance(5000);
	t.is(told('error').length, 2);
});
