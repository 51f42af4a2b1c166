import type {SegmentId} from '../../src/outbound/names.js';
import {
	A,
	ackAll,
	B,
	fails,
	fill,
	fillOneByOne,
	peerA,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

storeTest('all that waits for one peer is buried, group by group with its history', async (t, {store}) => {
	const ids = await fill(store, ['x', 'yy', 'z']);
	await store.settle(await take(store), {acked: [[0, 0]], exceptions: [fails(1, 60_000)]});
	t.is(await store.forceWaiting(A, 1000), 2);
	t.like(store.depth(peerA), {acked: 1, scheduled: 0, failed: 0, deadletter: 2});
	t.is(store.deadletterCounts(peerA).FORCED, 2);
	t.is(store.waitingBytes(peerA), 0);
	t.is(store.nextDueAt(peerA), undefined);
	t.like(recordOf(store, ids[1] as SegmentId), {state: 'deadletter', reason: 'FORCED', chargedFailures: 1});
	t.is(await store.forceWaiting(A, 1000), 0);
	await t.throwsAsync(store.forceWaiting(B, 1000), {code: 'UNKNOWN_PEER'});
});

storeTest('what is being sent is left alone, and what is buried can be retried', async (t, {store}) => {
	await fill(store, ['0', '1', '2', '3']);
	const lease = await take(store, {maxBytes: 100, maxEntries: 2});
	t.is(await store.forceWaiting(A, 1000), 2);
	await ackAll(store, lease);
	t.like(store.depth(peerA), {acked: 2, deadletter: 2, scheduled: 0});
	t.is((await store.retryMatching({}, 10)).changed, 2);
	t.deepEqual(textsOf(store, await take(store)), ['2', '3']);
});

storeTest('a limit ends it between two blocks', async (t, {store}) => {
	for (let block = 0; block < 5; block++) {
		await fill(store, ['x', 'y']);
	}
	t.is(await store.forceWaiting(A, 3), 4);
	t.like(store.depth(peerA), {deadletter: 4, scheduled: 6});
});

storeTest('leases of many blocks do not hide what waits behind them', async (t, {store}) => {
	await fillOneByOne(
		store,
		Array.from({length: 300}, () => 'x'),
	);
	const lease = await take(store, {maxBytes: 2 ** 20, maxEntries: 290});
	t.is(await store.forceWaiting(A, 1000), 10);
	t.like(store.depth(peerA), {inflight: 290, deadletter: 10, scheduled: 0});
	await release(store, lease);
	t.is(await store.forceWaiting(A, 5000), 256, 'a commit stays short');
	t.is(await store.forceWaiting(A, 5000), 34);
});
