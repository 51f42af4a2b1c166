import test from 'ava';
import type {Goal} from '../../bench/bench.js';
import {parseRunArguments} from '../../bench/harness/arguments.js';
import {findBenches} from '../../bench/harness/find.js';
import {planGroups, select} from '../../bench/harness/plan.js';

const found = (name: string, group: string, goals: readonly Goal[] = []) => ({
	module: 'none',
	bench: {name, group, unit: 'x', goals, setup: () => Promise.reject(new Error('not run here'))},
});
const RAW = found('raw fdatasync 1 KiB', 'raw');
const OWN = found('Enqueue 1 KiB', 'storage', [
	{against: {bench: 'raw fdatasync 1 KiB', as: 'ratio'}, atLeast: 0.5},
	{against: {bench: 'raw fdatasync 1 KiB', as: 'ratio', figure: 'p50 ms'}, atMost: 4},
]);
const OTHER = found('Settle 1 KiB', 'storage');
const ALL = [RAW, OWN, OTHER];

test('words choose by name or group, whatever the case; none choose all', t => {
	t.deepEqual(select(ALL, []), ALL);
	t.deepEqual(select(ALL, ['STORAGE']), [OWN, OTHER]);
	t.deepEqual(select(ALL, ['settle', 'raw']), [RAW, OTHER]);
	t.deepEqual(select(ALL, ['nothing']), []);
});

test('a yardstick runs once in the group that refers to it, chosen or not', t => {
	const [group, ...more] = planGroups(ALL, [OWN, OTHER], 'with yardsticks');
	t.deepEqual(group?.benches, [RAW, OWN, OTHER]);
	t.deepEqual(more, []);
});

test('a quick run has each bench once', t => {
	const groups = planGroups(ALL, ALL, 'without yardsticks');
	t.deepEqual(
		groups.flatMap(({benches}) => benches),
		ALL,
	);
});

test('a goal that names no existing bench is refused', t => {
	t.throws(() => planGroups([OWN], [OWN], 'with yardsticks'), {message: /raw fdatasync 1 KiB.*not exist/});
});

test('all goals of all benches name benches that exist, and give exactly one bound', async t => {
	const all = await findBenches();
	t.true(all.length > 0);
	t.notThrows(() => planGroups(all, all, 'with yardsticks'));
	for (const {bench} of all) {
		for (const {atLeast, atMost} of bench.goals ?? []) {
			t.is([atLeast, atMost].filter(bound => bound !== undefined).length, 1, bench.name);
		}
	}
});

test('the command line gives five rounds unless told, one when quick', t => {
	t.is(parseRunArguments([]).rounds, 5);
	t.is(parseRunArguments(['--quick']).rounds, 1);
	t.is(parseRunArguments(['--rounds', '7', 'tls']).rounds, 7);
	t.deepEqual(parseRunArguments(['tls', '--json', 'f', 'raw']).words, ['tls', 'raw']);
});

test('a count of rounds that is none is refused with the words given', t => {
	for (const rounds of ['0', '-1', '1.5', 'many', '']) {
		t.throws(() => parseRunArguments([`--rounds=${rounds}`]), {message: /--rounds takes a whole number/});
	}
	t.throws(() => parseRunArguments(['--round', '3']));
});
