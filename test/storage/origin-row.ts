import test from 'ava';
import fc from 'fast-check';
import type {AgeMs, BlockNo, EntryNo} from '../../src/outbound/units.js';
import {
	addOrigin,
	bucketOf,
	decodeOrigin,
	encodeOrigin,
	findOrigin,
	type OriginRow,
	type OriginRun,
} from '../../src/storage/origin-row.js';
import {holds} from '../helpers/holds.js';
import {golden, plain, survivesDamage} from '../helpers/rows.js';

const address = (block: number, entry: number): {block: BlockNo; entry: EntryNo} => ({
	block: block as BlockNo,
	entry: entry as EntryNo,
});

const row: OriginRow = {
	touchedAge: 5_000_000 as AgeMs,
	runs: [
		{stride: 0, block: 64 as BlockNo, entry: 3, count: 1000, localBlock: 7 as BlockNo, localEntry: 0},
		{stride: 1, block: 70 as BlockNo, entry: 0, count: 50, localBlock: (2 ** 49) as BlockNo, localEntry: 24},
		{stride: 0, block: 127 as BlockNo, entry: 1023, count: 1, localBlock: 9 as BlockNo, localEntry: 1023},
	],
};

test('the bytes of an origins row are those of version 1', async t => {
	t.deepEqual(plain(decodeOrigin(await golden(t, 'origin-v1.bin', encodeOrigin(row)), 1)), plain(row));
});

/** Arrivals in one bucket, as groups of entries that land in one block here. */
const arrivals = fc.array(
	fc.record({
		block: fc.integer({min: 128, max: 191}),
		entry: fc.nat({max: 20}),
		over: fc.constantFrom('entries' as const, 'blocks' as const),
		count: fc.integer({min: 1, max: 12}),
	}),
	{maxLength: 20},
);

test('every arrival is found where it is, and nothing else is', t => {
	holds(
		fc.property(arrivals, groups => {
			const runs: OriginRun[] = [];
			const seen = new Map<string, string>();
			for (const [at, {block, entry, over, count}] of groups.entries()) {
				let local = 0;
				for (let step = 0; step < count; step++) {
					const foreign =
						over === 'entries' ? address(block, entry + step) : address(Math.min(191, block + step), entry);
					const key = `${foreign.block} ${foreign.entry}`;
					if (!seen.has(key)) {
						const here = address(1000 + at, local++);
						addOrigin(runs, foreign, here);
						seen.set(key, `${here.block} ${here.entry}`);
					}
				}
			}
			const read = decodeOrigin(encodeOrigin({touchedAge: 1 as AgeMs, runs}), bucketOf(128 as BlockNo));
			t.deepEqual(read.runs, runs);
			for (let block = 127; block <= 192; block++) {
				for (let entry = 0; entry < 34; entry++) {
					const found = findOrigin(read.runs, block as BlockNo, entry);
					t.is(found && `${found.block} ${found.entry}`, seen.get(`${block} ${entry}`));
				}
			}
		}),
		{numRuns: 60},
	);
});

test('a full block of another store takes one run, and so do 64 blocks of one', t => {
	const full: OriginRun[] = [];
	for (let entry = 0; entry < 1024; entry++) {
		addOrigin(full, address(64, entry), address(5, entry));
	}
	t.is(full.length, 1);
	const ones: OriginRun[] = [];
	for (let at = 0; at < 64; at++) {
		addOrigin(ones, address(64 + at, 0), address(5, at));
	}
	t.is(ones.length, 1);
	t.is(encodeOrigin({touchedAge: 1 as AgeMs, runs: ones}).length, 11 + 16);
});

test('a damaged origins row is told, and a row that lies about its length does not allocate', t => {
	const bytes = encodeOrigin(row);
	survivesDamage(t, bytes, damaged => decodeOrigin(damaged, 1));
	bytes.writeUInt32LE(0xffff_ffff, 7);
	t.throws(() => decodeOrigin(bytes, 1), {name: 'DamagedRowError'});
});
