import test from 'ava';
import fc from 'fast-check';
import {Bits} from '../../src/storage/bits.js';
import {decodeBits, encodeBits, encodeFullBits} from '../../src/storage/bits-row.js';
import {holds} from '../helpers/holds.js';
import {bitsOf, survivesDamage} from '../helpers/rows.js';

test('a queue row comes back as it was', t => {
	holds(fc.property(bitsOf(), bits => t.true(decodeBits(encodeBits(bits)).equals(bits))));
});

test('a full bitmap takes three bytes whatever its size, made or kept', t => {
	for (const size of [1, 31, 32, 1024]) {
		t.is(encodeFullBits(size).length, 3);
		t.deepEqual(encodeFullBits(size), encodeBits(Bits.full(size)));
		t.is(encodeFullBits(size), encodeFullBits(size));
	}
});

test('a damaged queue row is told, never anything else', t => {
	survivesDamage(t, encodeBits(Bits.of(1000, 1, 500, 999)), decodeBits);
	survivesDamage(t, encodeFullBits(1024), decodeBits);
});
