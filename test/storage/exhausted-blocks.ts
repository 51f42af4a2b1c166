import test from 'ava';
import fc from 'fast-check';
import type {BlockNo} from '../../src/outbound/units.js';
import {ExhaustedBlocks} from '../../src/storage/exhausted-blocks.js';
import {holds} from '../helpers/holds.js';

const LAST = 30;
const everything = {first: 0, last: LAST, isReverse: false};

type Step =
	| {readonly kind: 'add'; readonly first: number; readonly last: number}
	| {readonly kind: 'remove'; readonly block: number};
const block = fc.integer({min: 0, max: LAST});
const step: fc.Arbitrary<Step> = fc.oneof(
	fc
		.tuple(block, block)
		.map(([a, b]) => ({kind: 'add' as const, first: Math.min(a, b), last: Math.max(a, b)})),
	fc.record({kind: fc.constant('remove' as const), block}),
);

test('the gaps are what was not added, or was removed since', t => {
	holds(
		fc.property(fc.array(step, {maxLength: 30}), steps => {
			const exhausted = new ExhaustedBlocks();
			const model = new Set<number>();
			for (const one of steps) {
				if (one.kind === 'add') {
					exhausted.add(one);
					for (let at = one.first; at <= one.last; at++) {
						model.add(at);
					}
				} else {
					exhausted.remove(one.block as BlockNo);
					model.delete(one.block);
				}
			}
			const gaps = exhausted.gapsIn(everything);
			const found = gaps.flatMap(({first, last}) =>
				Array.from({length: last - first + 1}, (_, at) => first + at),
			);
			const open = Array.from({length: LAST + 1}, (_, at) => at).filter(at => !model.has(at));
			const isSame = String(found) === String(open);
			const isMirrored =
				String(exhausted.gapsIn({...everything, isReverse: true})) === String([...gaps].reverse());
			return isSame && isMirrored && exhausted.end === (model.has(0) ? (open[0] ?? LAST + 1) : 0);
		}),
	);
	t.pass();
});

test('a stretch is cut to what lies in it', t => {
	const exhausted = new ExhaustedBlocks();
	exhausted.add({first: 5, last: 9});
	t.deepEqual(exhausted.gapsIn({first: 7, last: 20, isReverse: false}), [{first: 10, last: 20}]);
	t.deepEqual(exhausted.gapsIn({first: 2, last: 6, isReverse: true}), [{first: 2, last: 4}]);
	t.deepEqual(exhausted.gapsIn({first: 5, last: 9, isReverse: false}), []);
});

test('of very many ranges the shortest is forgotten, which costs a look and no block', t => {
	const exhausted = new ExhaustedBlocks();
	exhausted.add({first: 0, last: 10_000});
	for (let at = 0; at < 500; at++) {
		exhausted.remove((at * 10) as BlockNo);
	}
	const gaps = exhausted.gapsIn({first: 0, last: 10_000, isReverse: false});
	t.true(gaps.length <= 66);
	for (let at = 0; at < 500; at++) {
		t.true(
			gaps.some(({first, last}) => first <= at * 10 && at * 10 <= last),
			`${at * 10}`,
		);
	}
	t.false(gaps.some(({first, last}) => first <= 9000 && 9000 <= last));
});
