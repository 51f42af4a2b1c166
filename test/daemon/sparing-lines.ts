import test from 'ava';
import {SparingLines} from '../../src/daemon/sparing-lines.js';
import {FakeClock} from '../helpers/fake-clock.js';

const MINUTE_MS = 60_000;

test('what happens now and then is said each time', t => {
	const clock = new FakeClock();
	const lines = new SparingLines(clock);
	const said: number[] = [];
	for (let hour = 0; hour < 20; hour++) {
		lines.say('link', unsaid => said.push(unsaid));
		clock.advance(60 * MINUTE_MS);
	}
	t.deepEqual(said, new Array(20).fill(0));
});

test('what happens every half minute for a day is a few lines, and none of it is lost in the count', t => {
	const clock = new FakeClock();
	const lines = new SparingLines(clock);
	const said: Array<readonly [number, number]> = [];
	const times = 24 * 60 * 2;
	for (let at = 0; at < times; at++) {
		lines.say('link', unsaid => said.push([at, unsaid]));
		clock.advance(MINUTE_MS / 2);
	}
	lines.stop();
	t.true(said.length <= 6 + 24 * 6 + 1, `${said.length} lines`);
	t.is(
		said.reduce((sum, [, unsaid]) => sum + 1 + unsaid, 0),
		times,
	);
	t.is(said.at(-1)?.[0], times - 1, 'the last is said');
});

test('one matter does not silence another', t => {
	const lines = new SparingLines(new FakeClock());
	const said: string[] = [];
	for (let at = 0; at < 50; at++) {
		lines.say('a', () => said.push('a'));
	}
	lines.say('b', () => said.push('b'));
	t.is(said.filter(about => about === 'b').length, 1);
});
