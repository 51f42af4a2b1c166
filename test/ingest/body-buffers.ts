import test from 'ava';
import {BodyBuffers} from '../../src/ingest/body-buffers.js';
import {FakeClock} from '../helpers/fake-clock.js';

const KIB = 1024;
const MIB = 2 ** 20;

const open = (mostBytes = 32 * MIB) => {
	const clock = new FakeClock();
	return {clock, buffers: new BodyBuffers(mostBytes, clock)};
};

/** Takes `count` buffers of 2 MiB, gives them all back, and takes as many again: how many of these are not fresh. */
const kept = (buffers: BodyBuffers, count: number, meanwhile = (): void => {}): number => {
	const taken = Array.from({length: count}, () => buffers.take(2 * MIB));
	for (const buffer of taken) {
		buffers.give(buffer);
	}
	meanwhile();
	const again = Array.from({length: count}, () => buffers.take(2 * MIB));
	return again.filter(buffer => taken.includes(buffer)).length;
};

test('a buffer that was given back is lent again, to whoever needs as much and not to whoever needs more', t => {
	const {buffers} = open();
	const first = buffers.take(300 * KIB);
	buffers.give(first);
	t.not(buffers.take(600 * KIB), first);
	t.is(buffers.take(310 * KIB), first);
	t.not(buffers.take(310 * KIB), first, 'it is lent once');
});

test('one that is longer than needed is lent rather than a fresh one made, unless it is far too long', t => {
	const {buffers} = open();
	const first = buffers.take(600 * KIB);
	buffers.give(first);
	t.not(buffers.take(200 * KIB), first);
	t.is(buffers.take(400 * KIB), first);
});

test('what is taken is never shorter than asked for, and at most a quarter longer when it is fresh', t => {
	const {buffers} = open();
	for (const bytes of [1, 65_535, 65_536, 65_537, 2 ** 20, 2 ** 20 + 1, 2 ** 21, 2 ** 21 + 1]) {
		const buffer = buffers.take(bytes);
		t.true(buffer.length >= bytes);
		t.true(buffer.length <= bytes * 1.25);
		buffers.give(buffer);
		t.true(buffers.take(bytes).length >= bytes);
	}
});

test('all that bodies may hold together is kept, and no more', t => {
	t.is(kept(open(32 * MIB).buffers, 20), 16);
	t.is(kept(open(6 * MIB).buffers, 20), 3);
});

test('what nobody has needed for five seconds is let go soon, down to 8 MiB', t => {
	const {buffers, clock} = open();
	t.is(
		kept(buffers, 16, () => clock.advance(10_000)),
		4,
	);
});

test('what was needed meanwhile stays', t => {
	const {buffers, clock} = open();
	const inUse = (count: number): void => {
		for (const buffer of Array.from({length: count}, () => buffers.take(2 * MIB))) {
			buffers.give(buffer);
		}
	};
	t.is(
		kept(buffers, 16, () => {
			for (let second = 0; second < 20; second++) {
				inUse(10);
				clock.advance(1000);
			}
		}),
		10,
	);
});

test('buffers of unusual length are not kept', t => {
	const {buffers} = open();
	const [small, large] = [buffers.take(1000), buffers.take(3 * 2 ** 20)];
	buffers.give(small);
	buffers.give(large);
	t.not(buffers.take(1000), small);
	t.not(buffers.take(3 * 2 ** 20), large);
});
