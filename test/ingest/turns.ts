import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import {COST_PER_TURN, Turns} from '../../src/ingest/turns.js';

test('pieces that fill a turn go one a turn, in the order in which they came', async t => {
	const turns = new Turns();
	const gone: number[] = [];
	for (const piece of [1, 2, 3]) {
		void turns.next(COST_PER_TURN).then(() => gone.push(piece));
	}
	await nextTurn();
	t.deepEqual(gone, [1]);
	await nextTurn();
	t.deepEqual(gone, [1, 2]);
	await nextTurn();
	t.deepEqual(gone, [1, 2, 3]);
});

test('small pieces share a turn', async t => {
	const turns = new Turns();
	const gone: number[] = [];
	for (const piece of [1, 2, 3]) {
		void turns.next(COST_PER_TURN / 2).then(() => gone.push(piece));
	}
	await nextTurn();
	t.deepEqual(gone, [1, 2]);
	await nextTurn();
	t.deepEqual(gone, [1, 2, 3]);
});

test('a piece larger than a turn has one of its own', async t => {
	const turns = new Turns();
	let gone = 0;
	void turns.next(10 * COST_PER_TURN).then(() => gone++);
	void turns.next(1).then(() => gone++);
	await nextTurn();
	t.is(gone, 1);
	await nextTurn();
	t.is(gone, 2);
});

test('whoever comes while nothing waits goes in the next turn', async t => {
	const turns = new Turns();
	await turns.next(COST_PER_TURN);
	let gone = false;
	void turns.next(COST_PER_TURN).then(() => {
		gone = true;
	});
	await nextTurn();
	t.true(gone);
});
