import test from 'ava';
import {brokenBy, runFlips} from '../../helpers/bit-flips/run.js';
import {bytesOf, makeStore, piecesOf, type Target} from '../../helpers/bit-flips/store.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const SEGMENTS = 600;

// The short form of `npm run lab -- bit-flips`.
for (const [target, flips] of [
	['anywhere', 12],
	['trees', 12],
	['meta pages', 6],
] as readonly (readonly [Target, number])[]) {
	test(`bits that flip ${target === 'anywhere' ? target : `in the ${target}`} deliver nothing wrong, stop no start, and lose nothing silently`, async t => {
		t.timeout(120_000);
		const base = await temporaryDirectory(t);
		await makeStore(base, SEGMENTS);
		const pieces = piecesOf(bytesOf(base), target);
		const bits = Array.from({length: flips}, (_, at) => {
			const [start, length] = pieces[(at * 31) % pieces.length] ?? [0, 1];
			return (start + ((at * 7919 + 13) % length)) * 8 + (at % 8);
		});
		const results = await runFlips(base, bits, SEGMENTS);
		t.deepEqual(
			results.flatMap(result => brokenBy(result).map(what => `bit ${result.bit}: ${what}`)),
			[],
		);
		t.is(results.length, flips);
	});
}

test('the judgement of a flip complains about each promise that is broken', t => {
	t.is(brokenBy({bit: 1, crashed: 'SIGSEGV'}).length, 1);
	t.is(brokenBy({bit: 1, refused: 'no'}).length, 1);
	t.is(brokenBy({bit: 1, named: 0, wrong: 1, left: 1, unaccounted: 1, buried: 1}).length, 4);
	t.deepEqual(brokenBy({bit: 1, named: 1, wrong: 0, left: 0, unaccounted: 0, buried: 3}), []);
});
