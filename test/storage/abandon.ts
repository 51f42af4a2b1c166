import {readFile} from 'node:fs/promises';
import type {SegmentId} from '../../src/outbound/names.js';
import {BIG_WINDOW, openTestStore} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	fails,
	fill,
	fillOneByOne,
	leasedIds,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

storeTest('what was inflight is scheduled again, and its history tells', async (t, fixture) => {
	const ids = await fill(fixture.store, ['x', 'y', 'z']);
	const lease = await take(fixture.store, {...BIG_WINDOW, maxEntries: 2});
	const {leasedAt} = lease;
	fixture.clock.advance(5000);
	const store = await fixture.reopen();
	t.is(store.abandonedAtStart, 2);
	t.like(store.depth(peerA), {scheduled: 3, inflight: 0, abandoned: 2, total: 3});
	const record = recordOf(store, ids[0] as SegmentId);
	t.like(record, {state: 'scheduled', chargedFailures: 0, abandons: 1, nextAttemptAt: undefined});
	t.deepEqual(record.attempts, [
		{
			number: 1,
			startedAt: leasedAt,
			completedAt: fixture.clock.now(),
			outcome: 'ABANDONED',
			error: 'the daemon ended while this was being sent',
			bytesSent: 0,
		},
	]);
	t.deepEqual(recordOf(store, ids[2] as SegmentId).attempts, [], 'what only waited has no attempt');
	t.is(store.handles.env.leases.getCount(), 0);
	const again = await take(store);
	t.deepEqual(textsOf(store, again), ['x', 'y', 'z']);
	t.is(again.entry(0).attemptCount, 1);
	await ackAll(store, again);
	t.deepEqual(
		recordOf(store, ids[0] as SegmentId).attempts.map(({number, outcome}) => [number, outcome]),
		[
			[1, 'ABANDONED'],
			[2, 'ACKED'],
		],
	);
});

storeTest(
	'the list of abandoned records shrinks as they are leased, the count stays until the next restart',
	async (t, fixture) => {
		await fill(fixture.store, ['0', '1', '2', '3']);
		await take(fixture.store);
		const store = await fixture.reopen();
		const listed = () =>
			store.list({state: 'abandoned'}, {limit: 10}).records.map(({segmentId}) => segmentId);
		const all = listed();
		t.is(all.length, 4);
		const lease = await take(store, {...BIG_WINDOW, maxEntries: 1});
		t.deepEqual(leasedIds(lease), all.slice(0, 1));
		t.deepEqual(listed(), all.slice(1), 'what was not leased is still listed');
		await ackAll(store, lease);
		t.deepEqual(listed(), all.slice(1));
		await release(store, await take(store));
		t.deepEqual(listed(), [], 'what has been leased since is not, even when it waits again');
		t.like(store.depth(peerA), {abandoned: 4, scheduled: 3, acked: 1});
		await fixture.reopen();
		t.like(fixture.store.depth(peerA), {abandoned: 0, scheduled: 3});
		t.is(fixture.store.abandonedAtStart, 0);
		t.deepEqual(fixture.store.list({state: 'abandoned'}, {limit: 10}).records, []);
	},
);

storeTest('a restart never uses the retry budget and keeps what was charged before', async (t, fixture) => {
	const [id = '' as SegmentId] = await fill(fixture.store, ['x']);
	await fixture.store.settle(await take(fixture.store), {acked: [], exceptions: [fails(0, 10)]});
	fixture.clock.advance(10);
	for (let restart = 1; restart <= 7; restart++) {
		await take(fixture.store);
		await fixture.reopen();
		t.like(recordOf(fixture.store, id), {state: 'scheduled', chargedFailures: 1, abandons: restart});
	}
	t.deepEqual(
		recordOf(fixture.store, id).attempts.map(({number}) => number),
		[1, 2, 3, 4, 5, 6, 7, 8],
	);
});

storeTest(
	'leases of all peers are put back, cut entries are not',
	async (t, fixture) => {
		const ids = await fill(fixture.store, ['x', 'y'], {to: [A, B]});
		await fillOneByOne(fixture.store, ['z'], {to: [B]});
		await take(fixture.store);
		await take(fixture.store, BIG_WINDOW, peerB);
		await fixture.store.force(ids[1] as SegmentId, B);
		const store = await fixture.reopen();
		t.is(store.abandonedAtStart, 4);
		t.like(store.depth(peerA), {scheduled: 2, abandoned: 2});
		t.like(store.depth(peerB), {scheduled: 2, abandoned: 2, deadletter: 1});
		t.deepEqual(recordOf(store, ids[1] as SegmentId, B).attempts, []);
	},
	{peerCount: 2},
);

storeTest('what was released before the stop is not abandoned', async (t, fixture) => {
	await fill(fixture.store, ['x']);
	await release(fixture.store, await take(fixture.store));
	const store = await fixture.reopen();
	t.is(store.abandonedAtStart, 0);
	t.is(store.depth(peerA).abandoned, 0);
});

storeTest('a store of another version is refused, and not changed', async (t, fixture) => {
	await fill(fixture.store, ['x']);
	const {meta} = fixture.store.handles.env;
	await meta.put('schema', Buffer.from('3'));
	await fixture.store.close();
	const file = `${fixture.directory}/queue/data.mdb`;
	const before = await readFile(file);
	await t.throwsAsync(openTestStore(fixture.directory, fixture.clock), {
		code: 'STORAGE_FAILED',
		message: /schema 3, this one reads 2.*nothing was changed/,
	});
	t.is(Buffer.compare(await readFile(file), before), 0);
	const {openEnvironment} = await import('../../src/storage/environment.js');
	const env = openEnvironment(`${fixture.directory}/queue`);
	await env.meta.put('schema', Buffer.from('2'));
	await env.root.close();
	await fixture.reopen();
	t.is(fixture.store.depth().total, 1);
});

storeTest(
	'a store from before the checksums is refused, and not taken for an empty or a damaged one',
	async (t, fixture) => {
		await fill(fixture.store, ['x']);
		const {meta} = fixture.store.handles.env;
		await meta.raw.put('schema', Buffer.from('1'));
		await meta.remove(['copy', 'schema']);
		await fixture.store.close();
		await t.throwsAsync(openTestStore(fixture.directory, fixture.clock), {
			message: /schema 1, this one reads 2/,
		});
		const {openEnvironment} = await import('../../src/storage/environment.js');
		const env = openEnvironment(`${fixture.directory}/queue`);
		await env.meta.put('schema', Buffer.from('2'));
		await env.root.close();
		await fixture.reopen();
	},
);
