import type {SegmentId} from '../../src/outbound/names.js';
import type {AgeMs, BlockNo} from '../../src/outbound/units.js';
import {atomically} from '../../src/storage/atomically.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {WaitingAges} from '../../src/storage/waiting-ages.js';
import {
	A,
	ackAll,
	fails,
	fill,
	fillOneByOne,
	peerA,
	peerB,
	release,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

const MINUTE = 60_000;
const BORDERS = [5 * MINUTE, 60 * MINUTE];

const records = async (store: LmdbStore): Promise<number[]> => {
	const [buckets = []] = await store.waitingByAge([peerA], BORDERS);
	return buckets.map(bucket => bucket.records);
};

storeTest(
	'what waits is counted by the age of its enqueue, whatever its state',
	async (t, {store, clock}) => {
		const [held, failed] = await fill(store, ['1', '22', '333', '4444']);
		clock.advance(30 * MINUTE);
		await fillOneByOne(store, ['5', '6']);
		clock.advance(MINUTE);
		t.deepEqual(await store.waitingByAge([peerA], BORDERS), [
			[
				{records: 2, bytes: 2},
				{records: 4, bytes: 10},
				{records: 0, bytes: 0},
			],
		]);
		await store.change('hold', held as SegmentId, A);
		await store.settle(await take(store, {maxBytes: 1, maxEntries: 1}), {
			acked: [],
			exceptions: [fails(0, 5000)],
		});
		const lease = await take(store, {maxBytes: 3, maxEntries: 1});
		t.deepEqual(await records(store), [2, 4, 0], 'held, failed and inflight ones are in it');
		await ackAll(store, lease);
		t.deepEqual(await records(store), [2, 3, 0]);
		await store.force(failed as SegmentId, A);
		t.deepEqual(await records(store), [2, 2, 0], 'a deadletter does not wait');
		clock.advance(60 * MINUTE);
		await store.retry(failed as SegmentId, A);
		t.deepEqual(await records(store), [0, 0, 5], 'one that was retried is as old as its enqueue');
		t.is(store.handles.waitingAges.disagreements, 0);
	},
);

storeTest(
	'peers are told apart, and who has nothing has empty buckets',
	async (t, {store}) => {
		await fill(store, ['1', '2']);
		const nothing = {records: 0, bytes: 0};
		t.deepEqual(await store.waitingByAge([peerB, peerA], [MINUTE]), [
			[nothing, nothing],
			[{records: 2, bytes: 2}, nothing],
		]);
	},
	{peerCount: 2},
);

storeTest('commits beside the first look are counted once', async (t, {store, clock}) => {
	await fillOneByOne(
		store,
		Array.from({length: 300}, () => 'x'),
	);
	let isDone = false;
	const traffic = (async () => {
		for (let n = 0; !isDone || n < 50; n++) {
			const lease = await take(store, {maxBytes: 100, maxEntries: 3});
			const more = fill(store, ['y', 'zz']);
			await (n % 3 === 0 ? release(store, lease) : ackAll(store, lease));
			await more;
			clock.advance(100);
		}
	})();
	const looks = Array.from({length: 3}, () => records(store));
	await Promise.all(looks);
	isDone = true;
	await traffic;
	const kept = await records(store);
	t.is(store.handles.waitingAges.disagreements, 0);
	const [fresh] = await new WaitingAges().of(store.handles, [peerA]);
	t.deepEqual(
		kept,
		fresh?.buckets(store.handles.age.now(), BORDERS).map(bucket => bucket.records),
	);
});

storeTest('what nobody has asked for in a quarter of an hour is not kept up', async (t, {store, clock}) => {
	await fill(store, ['1']);
	await records(store);
	clock.advance(16 * MINUTE);
	await fill(store, ['2']);
	t.deepEqual(await records(store), [1, 1, 0]);
	t.is(store.handles.waitingAges.readings, 2);
});

storeTest('a body that throws changes no age', async (t, {store}) => {
	await fill(store, ['1']);
	await records(store);
	const {handles} = store;
	await t.throwsAsync(
		atomically(handles, changes => {
			changes.addWaiting(peerA, {block: 1 as BlockNo, createdAge: 1 as AgeMs}, 7, 7);
			throw new Error('no');
		}),
	);
	t.deepEqual(await records(store), [1, 0, 0]);
	t.is(handles.waitingAges.readings, 1);
});

storeTest('what disagrees with the counters is read again', async (t, {store}) => {
	await fill(store, ['1']);
	await records(store);
	await atomically(store.handles, changes => {
		changes.addWaiting(peerA, {block: 9 as BlockNo, createdAge: 1 as AgeMs}, 1, 0);
	});
	t.deepEqual(await records(store), [1, 0, 0]);
	t.is(store.handles.waitingAges.readings, 2);
});
