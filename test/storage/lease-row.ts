import test from 'ava';
import fc from 'fast-check';
import type {BlockNo, EpochMs, GroupNo} from '../../src/outbound/units.js';
import {Bits} from '../../src/storage/bits.js';
import {decodeLease, encodeLease, type LeasePart, type LeaseRow} from '../../src/storage/lease-row.js';
import {DamagedRowError} from '../../src/storage/row-reader.js';
import {holds} from '../helpers/holds.js';
import {leaseRows} from '../helpers/row-arbitraries.js';
import {golden, plain, survivesDamage} from '../helpers/rows.js';

const whole = (block: number, size = 1): LeasePart => ({
	group: undefined,
	classNo: 2,
	block: block as BlockNo,
	bits: Bits.full(size),
});
const lease: LeaseRow = {
	leasedAt: 1_750_000_000_000 as EpochMs,
	quotaBytes: 5_000_000,
	parts: [
		{group: 77 as GroupNo, classNo: 0, block: 12 as BlockNo, bits: Bits.of(40, 3, 39)},
		whole(2 ** 49, 1024),
		{group: undefined, classNo: 2, block: 20 as BlockNo, bits: Bits.of(9, 0, 1)},
		...Array.from({length: 5}, (_, at) => whole(21 + at)),
		{group: undefined, classNo: 2, block: 26 as BlockNo, bits: Bits.empty(3)},
	],
};

test('the bytes of a lease are those of version 1', async t => {
	t.deepEqual(plain(decodeLease(await golden(t, 'lease-v1.bin', encodeLease(lease)))), plain(lease));
});

test('a lease comes back part by part, in its order', t => {
	holds(fc.property(leaseRows, row => t.deepEqual(plain(decodeLease(encodeLease(row))), plain(row))));
});

test('thousands of blocks of one, with consecutive numbers, are one short entry', t => {
	const parts = Array.from({length: 4096}, (_, at) => whole(at + 1));
	const row = encodeLease({...lease, parts});
	t.true(row.length < 40, `${row.length} bytes`);
	t.is(decodeLease(row).parts.length, 4096);
});

test('a gap, another class, another size or a cut block ends a run', t => {
	const parts = [
		whole(1),
		whole(2),
		whole(4),
		{...whole(5), classNo: 3 as const},
		whole(6, 2),
		{...whole(7, 2), bits: Bits.of(2, 1)},
		whole(8, 2),
	];
	t.deepEqual(plain(decodeLease(encodeLease({...lease, parts})).parts), plain(parts));
});

test('a run that lies about its length is damage, not four billion parts', t => {
	const row = encodeLease({...lease, parts: [whole(1), whole(2)]});
	row.writeUInt32LE(0xffff_ffff, row.length - 6);
	t.throws(() => decodeLease(row), {instanceOf: DamagedRowError, message: /4294967295/});
});

test('a damaged lease is told, never anything else', t => {
	survivesDamage(t, encodeLease(lease), decodeLease);
});
