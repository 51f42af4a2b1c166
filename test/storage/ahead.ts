import type {SegmentId} from '../../src/outbound/names.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	B,
	draft,
	fails,
	fill,
	fillOneByOne,
	idsOf,
	leasedIds,
	peerA,
	release,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

const recordsAhead = (store: LmdbStore, ids: readonly SegmentId[]): unknown[] =>
	ids.map(id => store.ahead(id, A)?.records);

storeTest('what is ahead of a record is what is served before it', async (t, {store}) => {
	const first = await fill(store, ['n1', 'n22', 'n333']);
	await fill(store, ['b'], {classNo: 3});
	await fillOneByOne(store, ['n4', 'n5']);
	await fill(store, ['u1', 'u2'], {classNo: 0});
	await store.force(first[1] as SegmentId, A);
	await store.retry(first[1] as SegmentId, A);
	const lease = await take(store);
	const order = leasedIds(lease);
	const bytes = order.map((_, at) => lease.entry(at).sizeBytes);
	await release(store, lease);
	t.is(order.indexOf(first[1] as SegmentId), 2, 'after the urgent ones, before its neighbours');
	for (const [at, id] of order.entries()) {
		const before = bytes.slice(0, at).reduce((sum, size) => sum + size, 0);
		const expected = {records: at, bytes: before, isAtLeast: false, isBytesEstimated: false};
		t.deepEqual(store.ahead(id, A), expected, `the record served as number ${at}`);
	}
});

storeTest(
	'what is held, failed or leased is not ahead, and waits for nobody itself',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['0', '1', '2', '3']);
		await store.change('hold', ids[0] as SegmentId, A);
		await store.settle(await take(store, {maxBytes: 1, maxEntries: 1}), {
			acked: [],
			exceptions: [fails(0, 5000)],
		});
		await take(store, {maxBytes: 1, maxEntries: 1});
		t.deepEqual(recordsAhead(store, ids), [undefined, undefined, undefined, 0]);
		clock.advance(5000);
		t.deepEqual(recordsAhead(store, ids), [undefined, 0, undefined, 1], 'the failed one is due now');
		t.true(store.ahead(ids[1] as SegmentId, A)?.isAtLeast, 'it alternates with others');
	},
);

storeTest('what is not known is refused by name', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	t.throws(() => store.ahead('nowhere' as SegmentId, A), {code: 'NOT_FOUND'});
	t.throws(() => store.ahead(id, 'zz' as typeof A), {code: 'UNKNOWN_PEER'});
});

storeTest(
	'in a long queue the end is counted from behind, and in its middle only a lower bound is known',
	async (t, {store}) => {
		// Routes that alternate make a block of each segment.
		const drafts = Array.from({length: 2600}, (_, at) =>
			draft(store, 'xx', {to: at % 2 === 0 ? [A] : [A, B]}),
		);
		const ids = idsOf(await store.enqueue(drafts, 'all'));
		t.is(store.space().blocks, 2600);
		t.like(store.ahead(ids[900] as SegmentId, A), {records: 900, bytes: 1800, isAtLeast: false});
		t.deepEqual(store.ahead(ids[2500] as SegmentId, A), {
			records: 2500,
			bytes: 5000,
			isAtLeast: false,
			isBytesEstimated: true,
		});
		const middle = store.ahead(ids[1300] as SegmentId, A);
		t.true(middle?.isAtLeast);
		t.true((middle?.records ?? 0) > 900 && (middle?.records ?? 0) <= 1300, String(middle?.records));
		await store.lease(peerA, BIG_WINDOW);
		t.is(store.ahead(ids[900] as SegmentId, A), undefined);
	},
	{peerCount: 2},
);
