import type {SegmentId} from '../../src/outbound/names.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	fails,
	fill,
	fillDead,
	leasedIds,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

storeTest('a waiting record is buried as FORCED and leased no more', async (t, {store, clock}) => {
	const ids = await fill(store, ['x', 'yy', 'z']);
	t.true(await store.force(ids[1] as SegmentId, A));
	const record = recordOf(store, ids[1] as SegmentId);
	t.like(record, {state: 'deadletter', reason: 'FORCED', attempts: [], chargedFailures: 0});
	t.is(record.updatedAt, clock.now());
	t.like(store.depth(peerA), {scheduled: 2, deadletter: 1, total: 3});
	t.is(store.deadletterCounts(peerA).FORCED, 1);
	t.is(store.waitingBytes(peerA), 2);
	t.deepEqual(textsOf(store, await take(store)), ['x', 'z']);
});

storeTest('forcing again is a success that changes nothing', async (t, {store, clock}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	t.true(await store.force(id, A));
	const before = recordOf(store, id);
	clock.advance(1000);
	t.false(await store.force(id, A));
	t.deepEqual(recordOf(store, id), before);
});

storeTest('a record buried for another reason keeps its reason', async (t, {store}) => {
	const [id = '' as SegmentId] = await fillDead(store, ['x']);
	t.false(await store.force(id, A));
	t.is(recordOf(store, id).reason, 'REJECTED');
});

storeTest('a failed record keeps its history in the grave', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0, 60_000)]});
	t.true(await store.force(id, A));
	t.like(recordOf(store, id), {state: 'deadletter', reason: 'FORCED', chargedFailures: 1});
	t.is(recordOf(store, id).attempts.length, 1);
	t.is(store.nextDueAt(peerA), undefined);
});

storeTest(
	'an inflight record is cut out of its lease, the rest of which goes on',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['0', '1', '2', '3']);
		await store.settle(await take(store), {acked: [], exceptions: [fails(2, 5), fails(3, 5)]});
		clock.advance(5);
		const lease = await take(store);
		const order = leasedIds(lease);
		t.true(await store.force(ids[0] as SegmentId, A));
		t.true(await store.force(ids[3] as SegmentId, A));
		t.like(store.depth(peerA), {inflight: 2, deadletter: 2, scheduled: 0, failed: 0});
		t.deepEqual(
			store.list({state: 'inflight'}, {limit: 10}).records.map(({segmentId}) => segmentId),
			order.filter(id => id === ids[1] || id === ids[2]),
		);
		t.deepEqual(leasedIds(lease), order, 'the indexes of the answer keep their meaning');
		await store.settle(lease, {
			acked: [[order.indexOf(ids[1] as SegmentId), order.indexOf(ids[1] as SegmentId)]],
			exceptions: [],
		});
		t.like(store.depth(peerA), {acked: 1, scheduled: 1, deadletter: 2, inflight: 0});
		t.deepEqual(textsOf(store, await take(store)), ['2']);
	},
);

storeTest('every entry of a lease can be cut out, and it is settled all the same', async (t, {store}) => {
	const ids = await fill(store, ['0', '1']);
	const lease = await take(store);
	await Promise.all(ids.map(id => store.force(id, A)));
	t.like(store.depth(peerA), {inflight: 0, deadletter: 2});
	t.true(await release(store, lease));
	t.like(store.depth(peerA), {deadletter: 2, total: 2});
});

for (const [what, settlement] of [
	['released', {acked: [], exceptions: []}],
	['acknowledged', {acked: 'all', exceptions: []}],
	['failed', {acked: [], exceptions: [fails(0)]}],
] as const) {
	storeTest(`forcing while the record is being ${what} never counts it twice`, async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x', 'y']);
		const lease = await take(store);
		const [settled, forced] = await Promise.allSettled([store.settle(lease, settlement), store.force(id, A)]);
		t.like(settled, {status: 'fulfilled', value: true});
		t.like(
			forced,
			what === 'acknowledged'
				? {status: 'rejected', reason: {code: 'INVALID_STATE'}}
				: {status: 'fulfilled', value: true},
		);
		t.is(recordOf(store, id).state, what === 'acknowledged' ? 'acked' : 'deadletter');
		t.is(store.depth(peerA).inflight, 0);
	});
}

storeTest('forcing while the record is being leased cuts it out', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x', 'y']);
	const [lease] = await Promise.all([store.lease(peerA, BIG_WINDOW), store.force(id, A)]);
	t.like(store.depth(peerA), {inflight: 1, deadletter: 1});
	t.true(lease !== undefined && (await ackAll(store, lease)));
	t.like(store.depth(peerA), {acked: 1, deadletter: 1});
});

storeTest(
	'the record of another peer is left alone',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		await store.force(id, A);
		t.is(recordOf(store, id, B).state, 'scheduled');
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		t.is(String(store.payload(id)?.bytes), 'x', 'the buried one keeps the payload');
	},
	{peerCount: 2},
);

storeTest('what is acknowledged or unknown cannot be forced', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	await ackAll(store, await take(store));
	await t.throwsAsync(store.force(id, A), {code: 'INVALID_STATE'});
	await t.throwsAsync(store.force('nothing' as SegmentId, A), {
		code: 'NOT_FOUND',
		message: /nothing.*peer a/,
	});
	await t.throwsAsync(store.force(id, 'nobody' as typeof A), {code: 'UNKNOWN_PEER'});
});

storeTest('what was forced out of a lease before it is sent is not sent', async (t, {store}) => {
	const ids = await fill(store, ['0', '1', '2']);
	const lease = await take(store);
	const payloads = store.readPayloads(lease);
	t.is(payloads.frame()?.payloads.length, 1);
	t.true(await store.force(ids[1] as SegmentId, A));
	t.is(payloads.frame(), undefined, 'the whole is not to be had any more');
	t.deepEqual(textsOf(store, lease), ['0', 'unneeded', '2']);
	await ackAll(store, lease);
	t.like(store.depth(peerA), {acked: 2, deadletter: 1, inflight: 0});
	await store.retry(ids[1] as SegmentId, A);
	t.deepEqual(textsOf(store, await take(store)), ['1'], 'a later lease sends it');
});
