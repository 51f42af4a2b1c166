import test from 'ava';
import {SpaceWatch} from '../../src/daemon/space-watch.js';
import type {SpaceUse} from '../../src/storage/store.js';
import {loggerWithLines} from '../helpers/log-lines.js';

const CALM: SpaceUse = {
	liveBytes: 10,
	ceilingBytes: 100,
	warningBytes: 80,
	fileBytes: 50,
	freeBytes: 1000,
	freeFloorBytes: 40,
	reserveBytes: 40,
	blocks: 1,
};

for (const [what, strained] of [
	['four fifths of the ceiling are used', {liveBytes: 80}],
	['next to nothing is free on the disk', {freeBytes: 39}],
] as const) {
	test(`when ${what} there is one warning, and one line when it is over`, t => {
		const {logger, lines} = loggerWithLines();
		let space = CALM;
		const watch = new SpaceWatch({store: {space: () => space}, logger});
		const look = (now: Partial<SpaceUse>) => {
			space = {...CALM, ...now};
			watch.look();
			watch.look();
		};
		look({});
		look(strained);
		look({});
		t.deepEqual(
			lines().map(({level, msg}) => [level, msg]),
			[
				['warn', 'space runs short'],
				['info', 'there is space again'],
			],
		);
	});
}
