import test from 'ava';
import type {SegmentId} from '../../src/outbound/names.js';
import {counter, STORE_COUNTERS} from '../../src/storage/counters.js';
import {findViolations} from '../../src/storage/invariant.js';
import {BIG_WINDOW, draftFor, storeFixture} from '../helpers/store-fixture.js';

const YEAR_MS = 365 * 86_400_000;

test('a wall clock that jumped by years while the store was idle expires nothing over the next start', async t => {
	const fixture = await storeFixture(t);
	const {store, clock, peers} = fixture;
	const answer = await store.enqueue(
		[draftFor(store, 'x', {identity: {kind: 'given', id: 'kept' as SegmentId}, expiresInMs: 3_600_000})],
		'all',
	);
	clock.jump(5 * YEAR_MS);
	await store.tend();
	clock.advance(1000);
	const again = await fixture.reopen();
	while (await again.tend()) {
		// Until nothing is due.
	}
	t.is(again.inspect(answer.segmentId(0))[0]?.state, 'scheduled');
	t.is(again.depth(peers[0]).scheduled, 1);
});

test('more remembered ids than are allowed are forgotten, oldest first, where their records are settled', async t => {
	const {store, peers} = await storeFixture(t, {dedupMaxEntries: 2});
	for (const id of ['one', 'two', 'three', 'four']) {
		await store.enqueue([draftFor(store, id, {identity: {kind: 'given', id: id as SegmentId}})], 'all');
	}
	const remembered = () => counter(store.handles.counters.get(STORE_COUNTERS), 'ids');
	t.false(await store.tend());
	t.is(remembered(), 4, 'no id is forgotten while a record of it waits');
	const lease = await store.lease(peers[0] as NonNullable<(typeof peers)[0]>, BIG_WINDOW);
	await store.settle(lease as NonNullable<typeof lease>, {acked: 'all', exceptions: []});
	while (await store.tend()) {
		// Until nothing is to be done.
	}
	t.true(remembered() <= 2);
	t.is(store.depth().acked, 4, 'the proofs stay');
	t.deepEqual(findViolations(store.handles), []);
});
