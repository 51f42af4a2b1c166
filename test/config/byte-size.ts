import test from 'ava';
import * as fc from 'fast-check';
import {formatByteSize, parseByteSize} from '../../src/config/byte-size.js';

const reads = test.macro((t, text: string, bytes: number | undefined) => {
	t.is(parseByteSize(text), bytes);
});
test('binary units', reads, '64 MiB', 67_108_864);
test('decimal units', reads, '10 GB', 10_000_000_000);
test('no space', reads, '2KiB', 2048);
test('fractions of a unit', reads, '1.5 GiB', 1_610_612_736);
test('plain bytes', reads, '17 B', 17);
test('a fraction that is no whole number of bytes', reads, '1.0001 KiB', undefined);
test('half a byte', reads, '0.5 B', undefined);
for (const text of [
	'',
	'64',
	'MiB',
	'64 mib',
	'64 Mi',
	'-1 KiB',
	'1e3 B',
	' 1 B',
	'64  MiB',
	'1 MiB extra',
	'9e9 TiB',
	'99999999 TiB',
]) {
	test(`${JSON.stringify(text)} is no size`, reads, text, undefined);
}

const writes = test.macro((t, bytes: number, text: string) => {
	t.is(formatByteSize(bytes), text);
});
test('the largest unit that divides', writes, 67_108_864, '64 MiB');
test('a unit below when the larger does not divide', writes, 1_610_612_736, '1536 MiB');
test('bytes when no unit divides', writes, 1_000_001, '1000001 B');
test('nothing', writes, 0, '0 B');

test('what is written reads as the same number', async t => {
	await fc.assert(fc.property(fc.maxSafeNat(), bytes => parseByteSize(formatByteSize(bytes)) === bytes));
	t.pass();
});
