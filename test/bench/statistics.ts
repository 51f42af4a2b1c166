import test from 'ava';
import fc from 'fast-check';
import {median, percentile, spread} from '../../bench/harness/statistics.js';
import {holds} from '../helpers/holds.js';

test('the median of an odd count is the middle value, whatever the order', t => {
	t.is(median([9, 1, 5]), 5);
	t.is(median([10, 9, 1, 2, 100]), 9);
});

test('the median of an even count lies between the middle two', t => {
	t.is(median([4, 1, 3, 2]), 2.5);
});

test('the median sorts numbers as numbers', t => {
	t.is(median([100, 20, 3]), 20);
});

test('a median of nothing is a bug and says so', t => {
	t.throws(() => median([]), {message: /at least one value/});
});

test('the median leaves its input as it was', t => {
	const values = [3, 1, 2];
	median(values);
	t.deepEqual(values, [3, 1, 2]);
});

test('the spread is the range as a share of the median', t => {
	t.is(spread([90, 100, 120]), 0.3);
	t.is(spread([7]), 0);
	t.is(spread([0, 0]), 0);
});

test('a percentile is the nearest rank', t => {
	const hundred = Array.from({length: 100}, (_, index) => 100 - index);
	t.is(percentile(hundred, 0.5), 50);
	t.is(percentile(hundred, 0.99), 99);
	t.is(percentile(hundred, 1), 100);
	t.is(percentile([42], 0.01), 42);
	t.throws(() => percentile([], 0.5));
});

test('for any values and share, at least that share of them does not exceed the percentile', t => {
	holds(
		fc.property(
			fc.array(fc.integer(), {minLength: 1}),
			fc.integer({min: 1, max: 100}).map(share => share / 100),
			(values, share) => {
				const limit = percentile(values, share);
				const below = values.filter(value => value <= limit).length;
				return values.includes(limit) && below >= values.length * share - 1e-9;
			},
		),
	);
	t.pass();
});
