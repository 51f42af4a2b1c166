import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {brokenBy, type FlipResult, runFlips} from '../../test/helpers/bit-flips/run.js';
import {bytesOf, makeStore, PAGE, piecesOf, type Target} from '../../test/helpers/bit-flips/store.js';

/**
 * `npm run lab -- bit-flips`: flips bits of a store of 10,000 segments, one at a time: most anywhere in the file, some in the pages of
 * LMDB's trees and in its meta pages. Ends with exit code 1 when a wrong payload is delivered, the store does not start, a segment is
 * neither delivered nor buried, or fsck does not name what cost one.
 */
const {values} = parseArgs({
	options: {
		segments: {type: 'string', default: '10000'},
		flips: {type: 'string', default: '500'},
		seed: {type: 'string', default: '1'},
		dir: {type: 'string', default: tmpdir()},
	},
});

/** Shares of the flips, in percent. */
const SHARES: readonly (readonly [Target, number])[] = [
	['anywhere', 70],
	['trees', 25],
	['meta pages', 5],
];

const base = await mkdtemp(path.join(values.dir, 'edged-flips-'));
const segments = Number(values.segments);
await makeStore(base, segments);
const bytes = bytesOf(base);

/** A small generator whose numbers the seed decides. */
let state = Number(values.seed) >>> 0;
const below = (limit: number): number => {
	state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
	return Math.floor((state / 2 ** 32) * limit);
};
const bitIn = (target: Target): number => {
	const pieces = piecesOf(bytes, target);
	const [start, length] = pieces[below(pieces.length)] ?? [0, PAGE];
	return (start + below(length)) * 8 + below(8);
};

const report: Record<string, unknown>[] = [];
let broken = 0;
for (const [target, share] of SHARES) {
	const bits = Array.from({length: Math.round((Number(values.flips) * share) / 100)}, () => bitIn(target));
	const results = await runFlips(base, bits, segments, result => {
		for (const what of brokenBy(result)) {
			broken++;
			process.stdout.write(
				`${target}: bit ${result.bit}, page ${Math.floor(result.bit / 8 / PAGE)}: ${what}\n`,
			);
		}
	});
	const sum = (of: (result: FlipResult) => number): number =>
		results.reduce((all, each) => all + of(each), 0);
	report.push({
		target,
		flips: results.length,
		crashed: sum(({crashed}) => (crashed === undefined ? 0 : 1)),
		refused: sum(({refused}) => (refused === undefined ? 0 : 1)),
		named_by_fsck: sum(({named}) => ((named ?? 0) > 0 ? 1 : 0)),
		built_anew: sum(({wasRebuilt}) => (wasRebuilt === true ? 1 : 0)),
		wrong_payloads: sum(({wrong}) => wrong ?? 0),
		buried_segments: sum(({buried}) => buried ?? 0),
		unaccounted_segments: sum(({unaccounted}) => Math.max(0, unaccounted ?? 0)),
		delivered_again: sum(({unaccounted}) => Math.max(0, -(unaccounted ?? 0))),
	});
}
await rm(base, {recursive: true});
process.stdout.write(
	`${JSON.stringify({segments, file_pages: bytes.length / PAGE, seed: Number(values.seed), broken, report}, undefined, 2)}\n`,
);
process.exitCode = broken === 0 ? 0 : 1;
