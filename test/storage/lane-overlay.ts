import test from 'ava';
import type {ClassNo} from '../../src/outbound/priorities.js';
import type {BlockNo, GroupNo} from '../../src/outbound/units.js';
import {Bits} from '../../src/storage/bits.js';
import {LaneOverlay} from '../../src/storage/lane-overlay.js';
import type {LeasePart} from '../../src/storage/lease-row.js';

const NORMAL: ClassNo = 2;
const block = (number: number): BlockNo => number as BlockNo;
const group = (number: number): GroupNo => number as GroupNo;
const part = (of: number, ...entries: number[]): LeasePart => ({
	group: undefined,
	classNo: NORMAL,
	block: block(of),
	bits: Bits.of(8, ...entries),
});
const grouped = (of: number, number: number, ...entries: number[]): LeasePart => ({
	...part(of, ...entries),
	group: group(number),
});
const freeOf = (overlay: LaneOverlay, of: number): number[] => [
	...overlay.free(block(of), undefined, Bits.full(8)),
];

test('what is taken is free no more, and comes back bit by bit', t => {
	const overlay = new LaneOverlay();
	overlay.take([part(5, 0, 1), part(6, 7)]);
	overlay.take([part(5, 2)]);
	t.deepEqual(freeOf(overlay, 5), [3, 4, 5, 6, 7]);
	t.true(overlay.isOut(block(5), undefined, 2));
	t.false(overlay.isOut(block(5), undefined, 3));
	overlay.giveBack([part(5, 0, 1)]);
	t.deepEqual(freeOf(overlay, 5), [0, 1, 3, 4, 5, 6, 7]);
	overlay.forget([part(5, 2)]);
	t.deepEqual(freeOf(overlay, 5), [0, 1, 2, 3, 4, 5, 6, 7]);
	t.deepEqual(freeOf(overlay, 6), [0, 1, 2, 3, 4, 5, 6]);
});

test('what is leased never changes the set that named it', t => {
	const overlay = new LaneOverlay();
	const first = part(5, 0);
	overlay.take([first]);
	overlay.take([part(5, 1)]);
	t.deepEqual([...first.bits], [0]);
});

test('a group is out as a whole, beside the queue of its block', t => {
	const overlay = new LaneOverlay();
	overlay.take([grouped(5, 9, 1)]);
	t.true(overlay.isGroupOut(group(9)));
	t.true(overlay.isOut(block(5), group(9), 1));
	t.false(overlay.isOut(block(5), undefined, 1));
	t.deepEqual(freeOf(overlay, 5), [0, 1, 2, 3, 4, 5, 6, 7]);
	overlay.giveBack([grouped(5, 9, 1)]);
	t.false(overlay.isGroupOut(group(9)));
});

test('the search for fresh blocks comes by what was given back, not by what was done with', t => {
	const overlay = new LaneOverlay();
	const all = {first: 0, last: 150, isReverse: false};
	overlay.exhaust(NORMAL, {first: 0, last: 100});
	overlay.forget([part(10, 0)]);
	t.is<number, number>(overlay.freshFrom(NORMAL), 101);
	overlay.giveBack([part(40, 0), part(30, 0), part(200, 0)]);
	t.is<number, number>(overlay.freshFrom(NORMAL), 30);
	const blockOnly = (number: number) => ({first: number, last: number});
	t.deepEqual(overlay.freshGaps(NORMAL, all), [blockOnly(30), blockOnly(40), {first: 101, last: 150}]);
	t.is<number, number>(overlay.freshFrom(1), 0);
	overlay.lookEverywhere();
	t.is<number, number>(overlay.freshFrom(NORMAL), 0);
	t.deepEqual(overlay.freshGaps(NORMAL, all), [all]);
});

test('the cursors of due groups hold for one order of service', t => {
	const overlay = new LaneOverlay();
	const cursor = [50, block(3), group(4)] as const;
	overlay.serve({kind: 'newest_first'});
	overlay.advanceDue(NORMAL, cursor);
	overlay.serve({kind: 'newest_first'});
	t.deepEqual(overlay.dueAfter(NORMAL), cursor);
	overlay.serve({kind: 'oldest_first'});
	t.is(overlay.dueAfter(NORMAL), undefined);
});

test('the search for due groups starts again when one is given back or written', t => {
	const overlay = new LaneOverlay();
	const cursor = [50, block(3), group(4)] as const;
	overlay.advanceDue(NORMAL, cursor);
	overlay.advanceDue(1, cursor);
	overlay.forget([grouped(3, 4, 0)]);
	t.deepEqual(overlay.dueAfter(NORMAL), cursor);
	overlay.giveBack([grouped(3, 4, 0)]);
	t.is(overlay.dueAfter(NORMAL), undefined);
	t.deepEqual(overlay.dueAfter(1), cursor);
	overlay.lookForDueAgain(1);
	t.is(overlay.dueAfter(1), undefined);
});
