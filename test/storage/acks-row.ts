import test from 'ava';
import fc from 'fast-check';
import type {PeerNo} from '../../src/outbound/units.js';
import {atLeast} from '../../src/storage/acks.js';
import {type AcksRow, decodeAcks, encodeAcks} from '../../src/storage/acks-row.js';
import {Bits} from '../../src/storage/bits.js';
import {holds} from '../helpers/holds.js';
import {acksRows} from '../helpers/row-arbitraries.js';
import {bitsOf, golden, plain, survivesDamage} from '../helpers/rows.js';

const row: AcksRow = new Map([
	[1 as PeerNo, Bits.full(20)],
	[7 as PeerNo, Bits.of(20, 0, 3, 19)],
]);
const listed = (acks: AcksRow): unknown => [...acks].map(([peer, bits]) => [peer, plain(bits)]);

test('the bytes of acknowledgements are those of version 1', async t => {
	t.deepEqual(listed(decodeAcks(await golden(t, 'acks-v1.bin', encodeAcks(row)))), listed(row));
});

test('acknowledgements come back as they were', t => {
	holds(fc.property(acksRows, acks => t.deepEqual(listed(decodeAcks(encodeAcks(acks))), listed(acks))));
});

test('damaged acknowledgements are told, never anything else', t => {
	survivesDamage(t, encodeAcks(row), decodeAcks);
});

test('an entry counts as had by as many peers as have acknowledged it', t => {
	const sets = fc.array(bitsOf(70), {maxLength: 6});
	holds(
		fc.property(sets, fc.integer({min: 1, max: 4}), (acks, needed) => {
			const expected = Array.from({length: 70}, (_, entry) => entry).filter(
				entry => acks.filter(bits => bits.has(entry)).length >= needed,
			);
			t.deepEqual([...atLeast(acks, needed, 70)], expected);
		}),
	);
});
