import type {SegmentId} from '../../src/outbound/names.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	draft,
	fails,
	fill,
	fillDead,
	idsOf,
	nextTimerInMs,
	peerA,
	recordOf,
	release,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const HOUR_MS = 3_600_000;

storeTest(
	'what waits longer than it may is buried as EXPIRED, not a moment earlier',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {expiresInMs: HOUR_MS});
		t.is(nextTimerInMs(store), HOUR_MS);
		clock.advance(HOUR_MS - 1);
		await tendAll(store);
		t.is(recordOf(store, id).state, 'scheduled');
		clock.advance(1);
		t.is(nextTimerInMs(store), 0);
		await tendAll(store);
		t.like(recordOf(store, id), {
			state: 'deadletter',
			reason: 'EXPIRED',
			attempts: [],
			updatedAt: clock.now(),
		});
		t.like(store.depth(peerA), {scheduled: 0, deadletter: 1});
		t.is(store.deadletterCounts().EXPIRED, 1);
		t.is(store.waitingBytes(peerA), 0);
		t.is(await store.lease(peerA, BIG_WINDOW), undefined);
		t.is(String(store.payload(id)?.bytes), 'x');
	},
);

storeTest('of one block each entry expires in its own time, the others go on', async (t, {store, clock}) => {
	const answer = await store.enqueue(
		[
			draft(store, '3h', {expiresInMs: 3 * HOUR_MS}),
			draft(store, '1h', {expiresInMs: HOUR_MS}),
			draft(store, 'ever'),
			draft(store, '2h', {expiresInMs: 2 * HOUR_MS}),
		],
		'all',
	);
	const statesNow = () => idsOf(answer).map(id => recordOf(store, id).reason);
	for (const expected of [
		[undefined, 'EXPIRED', undefined, undefined],
		[undefined, 'EXPIRED', undefined, 'EXPIRED'],
		['EXPIRED', 'EXPIRED', undefined, 'EXPIRED'],
	]) {
		clock.advance(HOUR_MS);
		await tendAll(store);
		t.deepEqual(statesNow(), expected as ReturnType<typeof statesNow>);
	}
	t.is(nextTimerInMs(store), undefined, 'nothing is timed any more');
	t.deepEqual(textsOf(store, await take(store)), ['ever']);
});

storeTest('a mass that expires together is one group', async (t, {store, clock}) => {
	await fill(store, Array.from({length: 1000}, String), {expiresInMs: 10});
	clock.advance(10);
	await tendAll(store);
	t.is(store.deadletterCounts().EXPIRED, 1000);
	t.is(store.handles.env.groups.getCount(), 1);
});

storeTest('an inflight record never expires; once released it does', async (t, {store, clock}) => {
	const ids = await fill(store, ['x', 'y'], {expiresInMs: HOUR_MS});
	const lease = await take(store, {...BIG_WINDOW, maxEntries: 1});
	clock.advance(2 * HOUR_MS);
	await store.tend();
	t.is(recordOf(store, ids[0] as SegmentId).state, 'inflight');
	t.is(recordOf(store, ids[1] as SegmentId).reason, 'EXPIRED');
	t.is(lease.entry(0).expiresInMs, 0);
	await release(store, lease);
	clock.advance(1000);
	await tendAll(store);
	t.is(recordOf(store, ids[0] as SegmentId).reason, 'EXPIRED');
});

storeTest('a record that is delivered in time leaves no timer that harms', async (t, {store, clock}) => {
	const [id = '' as SegmentId] = await fill(store, ['x'], {expiresInMs: HOUR_MS});
	await ackAll(store, await take(store));
	clock.advance(HOUR_MS);
	await tendAll(store);
	t.is(recordOf(store, id).state, 'acked');
});

storeTest(
	'a failed record expires while it waits for its next attempt, history and all',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {expiresInMs: HOUR_MS});
		await store.settle(await take(store), {acked: [], exceptions: [fails(0, 5 * HOUR_MS)]});
		clock.advance(HOUR_MS);
		await tendAll(store);
		t.like(recordOf(store, id), {state: 'deadletter', reason: 'EXPIRED', chargedFailures: 1});
		t.is(recordOf(store, id).attempts.length, 1);
		t.is(store.depth(peerA).failed, 0);
		t.is(store.nextDueAt(peerA), undefined);
	},
);

storeTest(
	'what is buried already keeps its reason, what is retried has no lifetime any more',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fillDead(store, ['x'], {expiresInMs: HOUR_MS});
		clock.advance(HOUR_MS);
		await tendAll(store);
		t.is(recordOf(store, id).reason, 'REJECTED');
		await store.retry(id, A);
		clock.advance(HOUR_MS);
		await tendAll(store);
		t.like(recordOf(store, id), {state: 'scheduled', expiresAt: undefined});
		t.is((await take(store)).entry(0).expiresInMs, undefined);
	},
);

storeTest(
	'every peer has a record of its own to lose',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {expiresInMs: HOUR_MS, to: [A, B]});
		await ackAll(store, await take(store));
		clock.advance(HOUR_MS);
		await tendAll(store);
		t.deepEqual(
			store.inspect(id).map(({state}) => state),
			['acked', 'deadletter'],
		);
	},
	{peerCount: 2},
);

storeTest(
	'lifetimes go on over a restart by as much as the clock says, and a leap of years is not believed',
	async (t, fixture) => {
		const [id = '' as SegmentId] = await fill(fixture.store, ['x'], {expiresInMs: 40 * 24 * HOUR_MS});
		fixture.clock.jump(10 * 365 * 24 * HOUR_MS);
		await tendAll(fixture.store);
		t.is(recordOf(fixture.store, id).state, 'scheduled');
		fixture.clock.jump(10 * 365 * 24 * HOUR_MS);
		await fixture.reopen();
		await tendAll(fixture.store);
		t.is(recordOf(fixture.store, id).state, 'scheduled', 'thirty days are believed, not twenty years');
		t.is(nextTimerInMs(fixture.store), 10 * 24 * HOUR_MS);
		fixture.clock.jump(-20 * 365 * 24 * HOUR_MS);
		await fixture.reopen();
		t.is(nextTimerInMs(fixture.store), 10 * 24 * HOUR_MS, 'and a leap back takes nothing away');
		fixture.clock.advance(10 * 24 * HOUR_MS);
		await tendAll(fixture.store);
		t.is(recordOf(fixture.store, id).reason, 'EXPIRED');
	},
);

storeTest('a lifetime of nothing is over at once', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x'], {expiresInMs: 0});
	t.is(nextTimerInMs(store), 0);
	await tendAll(store);
	t.is(recordOf(store, id).reason, 'EXPIRED');
});
