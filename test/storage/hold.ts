import type {SegmentId} from '../../src/outbound/names.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import type {WaitingChange, WaitingSelector} from '../../src/storage/store.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	draft,
	fails,
	fill,
	fillOneByOne,
	idsOf,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

/** All steps of a bulk verb; what they changed and refused, and how many steps it took. */
const inSteps = async (store: LmdbStore, verb: WaitingChange, selector: WaitingSelector, limit: number) => {
	const sum = {changed: 0, refused: 0, steps: 0};
	let cursor: string | undefined;
	for (let done = false; !done; sum.steps++) {
		const step = await store.changeMatching(verb, {...selector, ...(cursor && {cursor})}, limit);
		sum.changed += step.changed;
		sum.refused += step.refused;
		({cursor, done} = step);
	}
	return sum;
};

storeTest('a held record waits until it is released, and then in its old place', async (t, {store}) => {
	const ids = await fill(store, ['0', '1', '2']);
	t.deepEqual(await store.change('hold', ids[0] as SegmentId, A), {changed: 1, refused: 0});
	t.like(store.depth(peerA), {scheduled: 3, held: 1, total: 3});
	t.is(store.waitingBytes(peerA), 3);
	t.like(recordOf(store, ids[0] as SegmentId), {state: 'scheduled', held: true, attempts: []});
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), ['1', '2']);
	await release(store, lease);
	t.deepEqual(await store.change('release', ids[0] as SegmentId, A), {changed: 1, refused: 0});
	t.like(store.depth(peerA), {scheduled: 3, held: 0});
	t.is(store.handles.env.groups.getCount(), 0, 'it is as if nothing had been');
	t.deepEqual(textsOf(store, await take(store)), ['0', '1', '2']);
});

storeTest('holding again and releasing what is not held change nothing', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	t.deepEqual(await store.change('release', id, A), {changed: 0, refused: 0});
	await store.change('hold', id, A);
	t.deepEqual(await store.change('hold', id, A), {changed: 0, refused: 0});
	t.is(store.depth().held, 1);
});

storeTest('what is being sent or done with is not held', async (t, {store}) => {
	const [id = '' as SegmentId, other = '' as SegmentId] = await fill(store, ['x', 'y']);
	const lease = await take(store);
	await t.throwsAsync(store.change('hold', id, A), {code: 'INVALID_STATE', message: /is being sent/});
	await t.throwsAsync(store.change('release', id, A), {code: 'INVALID_STATE'});
	await store.settle(lease, {acked: [[0, 0]], exceptions: [buried(1)]});
	await t.throwsAsync(store.change('hold', id, A), {code: 'INVALID_STATE', message: /is acked/});
	await t.throwsAsync(store.change('hold', other, A), {code: 'INVALID_STATE', message: /is deadletter/});
	await t.throwsAsync(store.change('hold', other), {code: 'INVALID_STATE', message: /nothing of segment/});
	await t.throwsAsync(store.change('hold', 'nowhere' as SegmentId, A), {code: 'NOT_FOUND'});
	await t.throwsAsync(store.change('hold', 'nowhere' as SegmentId), {code: 'NOT_FOUND'});
});

storeTest(
	'without a peer all that a segment waits for is held; what is being sent is counted',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		const lease = await take(store, BIG_WINDOW, peerB);
		t.deepEqual(await store.change('hold', id), {changed: 1, refused: 1, because: {being_sent: 1}});
		t.deepEqual([store.depth(peerA).held, store.depth(peerB).held], [1, 0]);
		await release(store, lease);
		t.deepEqual(await store.change('hold', id), {changed: 1, refused: 0});
		t.deepEqual(await store.change('release', id), {changed: 2, refused: 0});
		t.is(store.depth().held, 0);
	},
	{peerCount: 2},
);

storeTest('a failed record is held with its history and its backoff', async (t, {store, clock}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0, 1000)]});
	await store.change('hold', id, A);
	t.like(recordOf(store, id), {state: 'failed', held: true, chargedFailures: 1});
	t.like(store.depth(), {failed: 1, held: 1, scheduled: 0});
	t.is(store.nextDueAt(peerA), undefined);
	clock.advance(5000);
	t.is(await store.lease(peerA, BIG_WINDOW), undefined);
	await store.change('release', id, A);
	t.deepEqual(textsOf(store, await take(store)), ['x'], 'its backoff is long over');
	t.is(recordOf(store, id).attempts.length, 1);
});

storeTest(
	'a hold stops the clock of a lifetime, a release goes on with the rest',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId, other = '' as SegmentId] = await fill(store, ['x', 'y'], {
			expiresInMs: 10_000,
		});
		clock.advance(4000);
		await store.change('hold', id, A);
		t.is(recordOf(store, id).expiresAt, undefined);
		clock.advance(60_000);
		await tendAll(store);
		t.is(recordOf(store, other).reason, 'EXPIRED');
		t.is(recordOf(store, id).state, 'scheduled');
		await store.change('release', id, A);
		t.is(recordOf(store, id).expiresAt, (clock.now() + 6000) as never);
		clock.advance(5000);
		await tendAll(store);
		const lease = await take(store);
		t.is(lease.entry(0).expiresInMs, 1000, 'its receiver hears of what is left');
		await release(store, lease);
		await store.change('hold', id, A);
		clock.advance(100_000);
		await store.change('release', id, A);
		clock.advance(999);
		await tendAll(store);
		t.is(recordOf(store, id).state, 'scheduled');
		clock.advance(1);
		await tendAll(store);
		t.like(recordOf(store, id), {state: 'deadletter', reason: 'EXPIRED'});
		t.like(store.depth(), {held: 0, deadletter: 2, scheduled: 0});
	},
);

storeTest(
	'what has no lifetime takes its old place again, whatever else is in its block',
	async (t, {store}) => {
		const drafts = ['0', '1', '2'].map(at => draft(store, at, at === '1' ? {expiresInMs: 10_000} : {}));
		const ids = idsOf(await store.enqueue(drafts, 'all'));
		await store.change('hold', ids[2] as SegmentId, A);
		await store.change('release', ids[2] as SegmentId, A);
		t.deepEqual(textsOf(store, await take(store)), ['0', '1', '2']);
	},
);

storeTest(
	'released together with what has none, a lifetime goes on with the rest',
	async (t, {store, clock}) => {
		const drafts = [{}, {expiresInMs: 10_000}].map((more, at) => draft(store, `${at}`, more));
		const ids = idsOf(await store.enqueue(drafts, 'all'));
		await inSteps(store, 'hold', {}, 10);
		clock.advance(60_000);
		t.like(await inSteps(store, 'release', {}, 10), {changed: 2});
		t.is(recordOf(store, ids[1] as SegmentId).expiresAt, (clock.now() + 10_000) as never);
		t.deepEqual(textsOf(store, await take(store)), ['0', '1']);
	},
);

storeTest(
	'the lifetime that is left goes with the record through failures and leases',
	async (t, fixture) => {
		const {clock} = fixture;
		const [id = '' as SegmentId] = await fill(fixture.store, ['x'], {expiresInMs: 10_000});
		await fixture.store.change('hold', id, A);
		clock.advance(50_000);
		await fixture.store.change('release', id, A);
		await fixture.store.settle(await take(fixture.store), {acked: [], exceptions: [fails(0, 1)]});
		clock.advance(10);
		await take(fixture.store);
		const store = await fixture.reopen();
		t.is(recordOf(store, id).expiresAt, (clock.now() + 9990) as never);
		const lease = await take(store);
		t.truthy(store.readPayloads(lease).frame());
		await ackAll(store, lease);
		t.is(recordOf(store, id).state, 'acked');
	},
);

storeTest('a hold outlives a restart', async (t, fixture) => {
	const ids = await fill(fixture.store, ['x', 'y']);
	await fixture.store.change('hold', ids[1] as SegmentId, A);
	const store = await fixture.reopen();
	t.is(store.depth().held, 1);
	t.deepEqual(textsOf(store, await take(store)), ['x']);
	await store.change('release', ids[1] as SegmentId, A);
	t.deepEqual(textsOf(store, await take(store)), ['y']);
});

storeTest('a held record can be forced and is then held no more', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	await store.change('hold', id, A);
	t.true(await store.force(id, A));
	t.like(store.depth(), {held: 0, scheduled: 0, deadletter: 1});
	await store.retry(id, A);
	t.deepEqual(textsOf(store, await take(store)), ['x']);
});

storeTest(
	'a held record is satisfied when others were enough',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		await store.change('hold', id, A);
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		t.is(recordOf(store, id).state, 'satisfied');
		t.like(store.depth(peerA), {held: 0, scheduled: 0, satisfied: 1});
	},
	{settings: {successCondition: 'one_peer'}, peerCount: 2},
);

storeTest('all that waits is held and released in steps, whatever it is', async (t, {store}) => {
	const ids = await fill(store, ['0', '1', '2', '3']);
	await fillOneByOne(store, ['4', '5', '6']);
	await store.settle(await take(store, {maxBytes: 1, maxEntries: 1}), {
		acked: [],
		exceptions: [fails(0, 1e6)],
	});
	const lease = await take(store, {maxBytes: 2, maxEntries: 2});
	t.deepEqual(await inSteps(store, 'hold', {}, 2), {changed: 5, refused: 2, steps: 3});
	t.like(store.depth(), {held: 5, failed: 1, scheduled: 4, inflight: 2});
	await release(store, lease);
	t.deepEqual(textsOf(store, await take(store)), ['1', '2']);
	t.like(await inSteps(store, 'release', {}, 3), {changed: 5, refused: 0});
	t.like(store.depth(), {held: 0, failed: 1, scheduled: 4, inflight: 2});
	t.deepEqual(textsOf(store, await take(store)), ['3', '4', '5', '6']);
	t.like(recordOf(store, ids[0] as SegmentId), {state: 'failed', held: false});
});

storeTest(
	'a selector holds by peer, class and label, and tells beforehand how many',
	async (t, {store}) => {
		const labels = {site: '7'};
		await fill(store, ['a'], {to: [A, B], labels});
		await fill(store, ['b'], {classNo: 0, labels: {site: '8'}});
		await fill(store, ['c', 'd'], {classNo: 0, labels});
		const site = {name: 'site', value: '7'};
		t.is(store.previewMatching('hold', {label: site}, 100).changed, 4);
		t.is(store.previewMatching('hold', {peer: A, label: site, priority: 'urgent'}, 100).changed, 2);
		t.like(await inSteps(store, 'hold', {peer: A, label: site, priority: 'urgent'}, 1), {changed: 2});
		t.deepEqual(textsOf(store, await take(store)), ['b', 'a']);
		t.like(await inSteps(store, 'hold', {peer: B}, 10), {changed: 1});
		t.is(store.previewMatching('release', {}, 100).changed, 3);
		t.is(store.depth().held, 3, 'a look changes nothing');
		t.like(await inSteps(store, 'release', {peer: A}, 10), {changed: 2});
		t.deepEqual([store.depth(peerA).held, store.depth(peerB).held], [0, 1]);
	},
	{peerCount: 2},
);

storeTest('what comes in while all is being held is not held', async (t, {store}) => {
	await fillOneByOne(store, ['0', '1', '2']);
	const first = await store.changeMatching('hold', {}, 2);
	t.like(first, {changed: 2, done: false});
	await fill(store, ['late']);
	const second = await store.changeMatching('hold', {cursor: first.cursor as string}, 10);
	t.like(second, {changed: 1, done: true});
	t.deepEqual(textsOf(store, await take(store)), ['late']);
	await t.throwsAsync(store.changeMatching('hold', {cursor: 'x'}, 2), {code: 'INVALID_ARGUMENT'});
});

storeTest('a listing shows what is held, and only that when it is asked for', async (t, {store}) => {
	const ids = await fill(store, ['0', '1', '2']);
	await store.settle(await take(store, {maxBytes: 1, maxEntries: 1}), {
		acked: [],
		exceptions: [fails(0, 1e6)],
	});
	await store.change('hold', ids[0] as SegmentId, A);
	await store.change('hold', ids[2] as SegmentId, A);
	const shown = (filter: Parameters<typeof store.list>[0]) =>
		store
			.list(filter, {limit: 10})
			.records.map(({segmentId}) => ids.indexOf(segmentId))
			.sort();
	t.deepEqual(shown({held: true}), [0, 2]);
	t.is(store.list({held: true}, {limit: 1}).total, 2);
	t.deepEqual(shown({held: false}), [1]);
	t.deepEqual(shown({held: true, state: 'failed'}), [0]);
	t.deepEqual(shown({state: 'scheduled'}), [1, 2]);
	t.deepEqual(shown({}), [0, 1, 2]);
});
