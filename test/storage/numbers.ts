import test from 'ava';
import {Numbers} from '../../src/storage/numbers.js';

test('numbers begin at 1 and are never given twice, each kind for itself', t => {
	const numbers = new Numbers(undefined);
	t.deepEqual(
		[numbers.nextBlock(), numbers.nextBlock(), numbers.nextGroup(), numbers.nextLease()],
		[1, 2, 1, 1],
	);
	t.is<number, number>(numbers.blockLimit, 3);
});

test('a saved row goes on where it was', t => {
	const numbers = new Numbers(undefined);
	numbers.nextBlock();
	numbers.nextGroup();
	numbers.nextGroup();
	numbers.nextLease();
	const row = numbers.changed();
	const later = new Numbers(row);
	t.deepEqual([later.nextBlock(), later.nextGroup(), later.nextLease()], [2, 3, 2]);
});

test('the row is written only when something was handed out, and again when that transaction failed', t => {
	const numbers = new Numbers(undefined);
	t.is(numbers.changed(), undefined);
	numbers.nextLease();
	const row = numbers.changed();
	t.not(row, undefined);
	numbers.noteWritten();
	t.is(numbers.changed(), undefined);
	numbers.forgetWritten();
	t.deepEqual(numbers.changed(), row, 'a failed transaction leaves a gap, no number is used again');
});
