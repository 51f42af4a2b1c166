import test from 'ava';
import fc from 'fast-check';
import type {AgeMs} from '../../src/outbound/units.js';
import {AgeSlices} from '../../src/storage/age-slices.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (ms: number): AgeMs => ms as AgeMs;

test('what is added is found in the bucket of its age, and moves on with time', t => {
	const slices = new AgeSlices();
	slices.add(at(DAY), 3, 300, at(DAY));
	slices.add(at(DAY + 10 * MINUTE), 1, 50, at(DAY + 10 * MINUTE));
	const borders = [5 * MINUTE, 15 * MINUTE];
	const counts = (now: number) => slices.buckets(at(now), borders).map(({records}) => records);
	t.deepEqual(counts(DAY + 10 * MINUTE), [1, 3, 0]);
	t.deepEqual(counts(DAY + 16 * MINUTE), [0, 1, 3]);
	t.deepEqual(counts(DAY * 3), [0, 0, 4]);
	t.deepEqual([slices.records, slices.bytes], [4, 350]);
});

test('what is younger than now, after the clock stood, counts as new', t => {
	const slices = new AgeSlices();
	slices.add(at(DAY), 1, 1, at(DAY - MINUTE));
	t.is(slices.buckets(at(DAY - MINUTE), [1000])[0]?.records, 1);
});

test('what is taken away again leaves nothing, also when slices were joined in between', t => {
	const slices = new AgeSlices();
	for (let n = 0; n < 2000; n++) {
		slices.add(at(n * MINUTE), 2, 10, at(n * MINUTE));
	}
	slices.buckets(at(30 * DAY), []);
	for (let n = 0; n < 2000; n++) {
		slices.add(at(n * MINUTE), -2, -10, at(30 * DAY));
	}
	t.deepEqual(slices.buckets(at(30 * DAY), [DAY]), [
		{records: 0, bytes: 0},
		{records: 0, bytes: 0},
	]);
});

test('a year of arrivals takes no more than some thousand slices', t => {
	const slices = new AgeSlices();
	let most = 0;
	for (let now = 0; now < 365 * DAY; now += 20 * MINUTE) {
		slices.add(at(now), 1, 1, at(now));
		most = Math.max(most, slices.size);
	}
	t.true(most < 1500, `${most}`);
	t.is(slices.buckets(at(365 * DAY), [])[0]?.records, (365 * 24 * 60) / 20);
});

test('no age is off by more than a hundredth or two seconds', t => {
	const arrival = fc.record({ago: fc.integer({min: 0, max: 90 * DAY}), taken: fc.boolean()});
	fc.assert(
		fc.property(fc.array(arrival, {maxLength: 60}), fc.integer({min: 1000, max: 80 * DAY}), (all, border) => {
			const now = at(100 * DAY);
			const slices = new AgeSlices();
			for (const {ago} of [...all].sort((a, b) => b.ago - a.ago)) {
				slices.add(at(now - ago), 1, ago, at(now - ago));
				slices.buckets(at(now - ago), [border]);
			}
			for (const {ago} of all.filter(({taken}) => taken)) {
				slices.add(at(now - ago), -1, -ago, now);
			}
			const left = all.filter(({taken}) => !taken);
			const slack = Math.max(2100, border * 0.01);
			const [younger = {records: 0, bytes: 0}, older = {records: 0, bytes: 0}] = slices.buckets(now, [
				border,
			]);
			t.is(younger.records + older.records, left.length);
			t.is(
				younger.bytes + older.bytes,
				left.reduce((sum, {ago}) => sum + ago, 0),
			);
			t.true(younger.records >= left.filter(({ago}) => ago < border - slack).length);
			t.true(older.records >= left.filter(({ago}) => ago > border + slack).length);
		}),
	);
});
