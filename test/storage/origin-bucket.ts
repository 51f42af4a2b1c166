import test from 'ava';
import fc from 'fast-check';
import type {StoreId} from '../../src/outbound/made-id.js';
import type {BlockNo, EntryNo} from '../../src/outbound/units.js';
import {OriginBucket} from '../../src/storage/origin-bucket.js';
import {addOrigin, findOrigin, type OriginRun} from '../../src/storage/origin-row.js';
import type {PreparedDraft} from '../../src/storage/prepared-draft.js';

const STORE = 7 as StoreId;
const FIRST = 128 as BlockNo;

test('a bucket finds what a walk over all its runs finds', t => {
	const arrivals = fc.array(fc.record({offset: fc.nat({max: 5}), entry: fc.nat({max: 5})}), {maxLength: 40});
	fc.assert(
		fc.property(arrivals, arrived => {
			const runs: OriginRun[] = [];
			arrived.forEach(({offset, entry}, at) => {
				const foreign = {block: (FIRST + offset) as BlockNo, entry: entry as EntryNo};
				addOrigin(runs, foreign, {block: 9 as BlockNo, entry: at as EntryNo});
			});
			const bucket = new OriginBucket(STORE, 2, runs);
			for (let block = FIRST; block < FIRST + 7; block++) {
				for (let entry = 0; entry < 7; entry++) {
					t.deepEqual(bucket.stored(block as BlockNo, entry), findOrigin(runs, block as BlockNo, entry));
				}
			}
		}),
	);
});

test('a bucket holds 64 blocks of one store', t => {
	const bucket = new OriginBucket(STORE, 2, []);
	const holds = (block: number, store = STORE) => bucket.holds(store, block as BlockNo);
	t.deepEqual(
		[127, 128, 191, 192].map(block => holds(block)),
		[false, true, true, false],
	);
	t.false(holds(128, 8 as StoreId));
});

test('only who took an address in takes it out again', t => {
	const bucket = new OriginBucket(STORE, 2, []);
	const [first, second] = [{hops: 1}, {hops: 2}] as [PreparedDraft, PreparedDraft];
	bucket.take(FIRST, 3, first);
	t.is(bucket.taken(FIRST, 3), first);
	t.is(bucket.taken((FIRST + 1) as BlockNo, 3), undefined);
	bucket.forget(FIRST, 3, second);
	t.is(bucket.taken(FIRST, 3), first);
	bucket.forget(FIRST, 3, first);
	t.is(bucket.taken(FIRST, 3), undefined);
});
