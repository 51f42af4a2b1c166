import test from 'ava';
import {BufferBudget} from '../../src/ingest/buffer-budget.js';

const KIB = 1024;
const LIMIT = 1024 * KIB;

test('a sender that holds all buffers keeps no other sender waiting below its share', t => {
	const budget = new BufferBudget(LIMIT);
	const flood = Array.from({length: 4}, () => budget.open('greedy'));
	t.true(flood[0]?.take(LIMIT));
	t.true(flood[0]?.take(1), 'the oldest goes on');
	t.false(flood[1]?.take(100 * KIB));
	const other = budget.open('other');
	t.true(other.take(LIMIT / 2));
	t.false(other.take(1), 'its share is half the bound');
	t.true(budget.open(undefined).take(LIMIT / 3), 'programs of this machine are a sender, too');
});

test('a body of 64 KiB never waits', t => {
	const budget = new BufferBudget(LIMIT);
	budget.open('a').take(10 * LIMIT);
	const small = budget.open('a');
	t.true(small.take(64 * KIB));
	t.false(small.take(1));
});

test('shares grow again when senders have gone', t => {
	const budget = new BufferBudget(LIMIT);
	const oldest = budget.open('a');
	oldest.take(2 * LIMIT);
	const other = budget.open('b');
	const third = budget.open('c');
	t.false(other.take(LIMIT / 2));
	let resumed = 0;
	other.whenRoom(() => resumed++);
	t.true(budget.isShort);
	third.release();
	t.is(resumed, 1);
	t.false(budget.isShort);
});

test('a body that is given up while it waits is not resumed, and counts for nothing any more', t => {
	const budget = new BufferBudget(LIMIT);
	const oldest = budget.open('a');
	oldest.take(2 * LIMIT);
	const waiting = budget.open('a');
	waiting.take(100 * KIB);
	let resumed = 0;
	waiting.whenRoom(() => resumed++);
	waiting.release();
	waiting.release();
	oldest.release();
	t.is(resumed, 0);
	t.is(budget.heldBytes, 0);
	t.false(budget.isShort);
});
