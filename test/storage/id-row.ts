import test from 'ava';
import fc from 'fast-check';
import type {BlockNo, EntryNo} from '../../src/outbound/units.js';
import {decodeId, encodeId} from '../../src/storage/id-row.js';
import {holds} from '../helpers/holds.js';
import {plain, survivesDamage, u50} from '../helpers/rows.js';

test('the row of an id comes back as it was, with eight bytes of the digest', t => {
	const digest = fc.uint8Array({minLength: 32, maxLength: 32});
	holds(
		fc.property(u50, fc.nat({max: 1023}), digest, (block, entry, sha256) => {
			const row = encodeId({
				block: block as BlockNo,
				entry: entry as EntryNo,
				digestPrefix: Buffer.from(sha256),
			});
			t.is(row.length, 18);
			t.deepEqual(plain(decodeId(row)), {block, entry, digestPrefix: plain(sha256.subarray(0, 8))});
		}),
	);
});

test('a damaged id row is told, never anything else', t => {
	const digestPrefix = Buffer.alloc(8, 7);
	survivesDamage(t, encodeId({block: 9 as BlockNo, entry: 3 as EntryNo, digestPrefix}), decodeId);
});
