import test from 'ava';
import {PaceQueue} from '../../src/delivery/pace-queue.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import {FakeClock} from '../helpers/fake-clock.js';

const NEVER = new AbortController().signal;

/** A queue, what was let through so far, and who asks again whenever it was. */
const stage = () => {
	const clock = new FakeClock();
	const queue = new PaceQueue(clock);
	const served: string[] = [];
	const ask = async (name: string, lane: string, classNo: ClassNo, times: number): Promise<void> => {
		for (let left = times; left > 0; left--) {
			await queue.wait(1000, {classNo, lane: lane as PeerId, signal: NEVER});
			served.push(name);
		}
	};
	const serve = async (count: number): Promise<string[]> => {
		const before = served.length;
		for (let left = count; left > 0; left--) {
			queue.letNextThrough(100);
			await new Promise(setImmediate);
		}
		return served.slice(before);
	};
	return {clock, ask, serve};
};

test('lanes take turns, however many sends of one ask', async t => {
	const {ask, serve} = stage();
	void ask('a1', 'a', 3, 100);
	void ask('a2', 'a', 3, 100);
	void ask('a3', 'a', 3, 100);
	void ask('b', 'b', 3, 100);
	const served = await serve(40);
	t.is(served.filter(name => name === 'b').length, 20);
	t.true(
		['a1', 'a2', 'a3'].every(name => served.includes(name)),
		'within a lane in the order of asking',
	);
});

test('urgent goes before every turn, and a lane that comes late does not make up for its absence', async t => {
	const {ask, serve} = stage();
	void ask('a', 'a', 2, 100);
	void ask('b', 'b', 2, 100);
	await serve(20);
	void ask('late', 'late', 2, 100);
	void ask('urgent', 'a', 0, 2);
	const served = await serve(14);
	t.deepEqual(served.slice(0, 2), ['urgent', 'urgent']);
	t.is(served.filter(name => name === 'late').length, 4);
});

test('whoever has waited ten seconds comes before all, whatever its class and lane', async t => {
	const {ask, serve, clock} = stage();
	void ask('patient', 'a', 3, 1);
	clock.advance(10_001);
	void ask('a', 'a', 2, 100);
	void ask('b', 'b', 0, 100);
	t.deepEqual(await serve(2), ['patient', 'b']);
});
