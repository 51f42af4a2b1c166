import test from 'ava';
import type {Bench, Goal} from '../../bench/bench.js';
import {toRound} from '../../bench/harness/measure.js';
import {compare, summarise} from '../../bench/harness/results.js';
import type {BenchRounds} from '../../bench/harness/rounds.js';
import {rotated} from '../../bench/harness/rounds.js';

const READINGS = {elapsedMs: 500, cpu: 3000, rss: 50e6, written: 4000};

const bench = (name: string, goals: readonly Goal[] = []): Bench => ({
	name,
	group: 'g',
	unit: 'segments/s',
	goals,
	setup: () => Promise.reject(new Error('not run here')),
});
const ran = (
	of: Bench,
	values: readonly number[],
	figures: readonly Record<string, number>[] = [],
): BenchRounds => ({
	found: {bench: of, module: 'none'},
	rounds: values.map((value, index) => ({value, figures: figures[index] ?? {}})),
});

test('operations become operations per second of the time around the round', t => {
	const round = toRound({operations: 1000, payloadBytes: 2000}, READINGS);
	t.is(round.value, 2000);
	t.deepEqual(round.figures, {'disk B/B': 2, 'RSS MB': 50, 'CPU us/op': 3});
});

test('a time that the bench took itself wins over the time around the round', t => {
	t.is(toRound({operations: 1000, elapsedMs: 100}, READINGS).value, 10_000);
});

test('a bench with a value of its own has no processor time per operation', t => {
	const round = toRound({value: 7, figures: {'p99 ms': 9}}, READINGS);
	t.is(round.value, 7);
	t.deepEqual(round.figures, {'p99 ms': 9, 'RSS MB': 50});
});

test('bytes to disk are left out where the device keeps no statistics', t => {
	const round = toRound({operations: 1, payloadBytes: 10}, {...READINGS, written: undefined});
	t.false('disk B/B' in round.figures);
});

test('a ratio goal divides by the share of the yardstick, an excess goal subtracts it', t => {
	t.is(compare(30, {against: {bench: 'b', as: 'ratio', share: 0.5}, atLeast: 0}, 100), 0.6);
	t.is(compare(30, {against: {bench: 'b', as: 'ratio'}, atLeast: 0}, 60), 0.5);
	t.is(compare(30, {against: {bench: 'b', as: 'excess'}, atMost: 0}, 10), 20);
	t.is(compare(30, {atMost: 0}, undefined), 30);
	t.is(compare(30, {against: {bench: 'b', as: 'ratio'}, atLeast: 0}, undefined), undefined);
});

test('a ratio is taken round by round, so that a drifting machine does not bend it', t => {
	const yardstick = bench('raw');
	const own = bench('own', [{against: {bench: 'raw', as: 'ratio'}, atLeast: 0.5}]);
	// The machine slows down fourfold: the ratio of each round stays 0.5, the ratio of other pairings would not.
	const result = summarise({
		name: 'g',
		controls: [],
		benches: [ran(yardstick, [400, 200, 100]), ran(own, [200, 100, 50])],
	});
	const [goal] = result.benches[1]?.goals ?? [];
	t.is(goal?.measured, 0.5);
	t.true(goal?.met);
});

test('a goal on a figure looks at that figure on both sides', t => {
	const yardstick = bench('raw');
	const own = bench('own', [
		{
			figure: 'p50 ms',
			against: {bench: 'raw', as: 'ratio', figure: 'p50 ms'},
			atMost: 4,
		},
	]);
	const result = summarise({
		name: 'g',
		controls: [],
		benches: [ran(yardstick, [1], [{'p50 ms': 0.1}]), ran(own, [1], [{'p50 ms': 0.5}])],
	});
	const [goal] = result.benches[1]?.goals ?? [];
	t.is(goal?.measured, 5);
	t.false(goal?.met);
	t.is(goal?.what, 'p50 ms / (raw p50 ms)');
});

test('a goal whose yardstick failed, or whose figure is missing, is not met', t => {
	const own = bench('own', [
		{against: {bench: 'raw', as: 'ratio'}, atLeast: 0.5},
		{figure: 'nothing', atMost: 1},
	]);
	const failed: BenchRounds = {...ran(bench('raw'), [1]), failure: 'broke'};
	const result = summarise({name: 'g', controls: [], benches: [failed, ran(own, [1])]});
	t.deepEqual(
		result.benches[1]?.goals.map(({met}) => met),
		[false, false],
	);
	t.is(result.benches[0]?.medians, undefined);
});

test('medians are taken for the value and for every figure', t => {
	const figures = [{'p99 ms': 5}, {'p99 ms': 1}, {'p99 ms': 3}];
	const result = summarise({name: 'g', controls: [], benches: [ran(bench('b'), [10, 30, 20], figures)]});
	t.is(result.benches[0]?.medians?.value, 20);
	t.is(result.benches[0]?.medians?.spread, 1);
	t.deepEqual(result.benches[0]?.medians?.figures, {'p99 ms': 3});
});

test('every round begins with another bench and has them all', t => {
	t.deepEqual(rotated(['a', 'b', 'c'], 1), ['b', 'c', 'a']);
	t.deepEqual(rotated(['a', 'b', 'c'], 3), ['a', 'b', 'c']);
	t.deepEqual(rotated([], 2), []);
});
