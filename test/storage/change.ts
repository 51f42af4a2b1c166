import type {SegmentId} from '../../src/outbound/names.js';
import type {EpochMs} from '../../src/outbound/units.js';
import {findViolations} from '../../src/storage/invariant.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	C,
	fails,
	fill,
	peerA,
	peerB,
	peerC,
	recordOf,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

storeTest('of one block two classes wait and are leased together', async (t, {store}) => {
	const ids = await fill(store, ['0', '1', '2']);
	t.deepEqual(await store.change({setPriority: 'urgent'}, ids[2] as SegmentId, A), {changed: 1, refused: 0});
	t.is(recordOf(store, ids[2] as SegmentId).priority, 'urgent');
	t.deepEqual(await store.change({setPriority: 'urgent'}, ids[2] as SegmentId, A), {changed: 0, refused: 0});
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), ['2', '0', '1']);
	t.deepEqual(findViolations(store.handles), []);
	await ackAll(store, lease);
	t.is(store.depth().acked, 3);
	t.deepEqual(findViolations(store.handles), []);
});

storeTest(
	'what is moved is sent to the other peer, and its first route stays the one it was enqueued with',
	async (t, {store, reopen}) => {
		const ids = await fill(store, ['0', '1', '2']);
		t.deepEqual(await store.change({moveTo: B}, ids[1] as SegmentId, A), {changed: 1, refused: 0});
		t.deepEqual(
			store.inspect(ids[1] as SegmentId).map(({peerId, state}) => [peerId, state]),
			[[B, 'scheduled']],
		);
		await t.throwsAsync(store.change({moveTo: B}, ids[1] as SegmentId, A), {code: 'NOT_FOUND'});
		const other = await reopen();
		t.deepEqual(findViolations(other.handles), []);
		await ackAll(other, await take(other));
		const lease = await take(other, BIG_WINDOW, peerB);
		t.deepEqual(textsOf(other, lease), ['1']);
		await ackAll(other, lease);
		t.deepEqual([other.depth(peerA).acked, other.depth(peerB).acked], [2, 1]);
		t.deepEqual(findViolations(other.handles), []);
		await t.throwsAsync(other.change({moveTo: A}, ids[1] as SegmentId, B), {code: 'INVALID_STATE'});
	},
	{peerCount: 2},
);

storeTest(
	'a payload stays for a peer that it was moved to while another was being sent it',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		const lease = await take(store);
		await store.change({moveTo: C}, id, B);
		await ackAll(store, lease);
		t.deepEqual(findViolations(store.handles), []);
		t.deepEqual(textsOf(store, await take(store, BIG_WINDOW, peerC)), ['x']);
	},
	{peerCount: 3},
);

storeTest(
	'what failed and what is dead begin anew at the other peer, with their histories',
	async (t, {store}) => {
		const [failed = '' as SegmentId, dead = '' as SegmentId] = await fill(store, ['f', 'd']);
		await store.settle(await take(store), {acked: [], exceptions: [fails(0, 60_000), buried(1)]});
		await store.change({moveTo: B}, failed, A);
		await store.change({moveTo: B}, dead, A);
		for (const id of [failed, dead]) {
			const [record] = store.inspect(id);
			t.like(record, {peerId: B, state: 'scheduled', chargedFailures: 0, reason: undefined});
			t.is(record?.attempts.length, 1);
		}
		t.like(store.depth(peerA), {failed: 0, deadletter: 0, total: 0});
		t.deepEqual(findViolations(store.handles), []);
	},
	{peerCount: 2},
);

storeTest(
	'a peer that has a segment, or had it, cannot get it by a move',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		await t.throwsAsync(store.change({moveTo: B}, id, A), {code: 'INVALID_STATE', message: /has a record/});
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		await t.throwsAsync(store.change({moveTo: B}, id, A), {code: 'INVALID_STATE'});
		t.like(await store.changeMatching({moveTo: B}, {peer: A}, 10), {
			changed: 0,
			refused: 1,
			because: {has_it: 1},
			done: true,
		});
		await t.throwsAsync(store.changeMatching({moveTo: B}, {}, 10), {code: 'INVALID_ARGUMENT'});
		await t.throwsAsync(store.change({moveTo: 'x' as never}, id, A), {code: 'UNKNOWN_PEER'});
	},
	{peerCount: 2},
);

storeTest(
	'what is held is expired by name, and by a selector only when it is asked for',
	async (t, {store}) => {
		const [held = '' as SegmentId, other = '' as SegmentId, named = '' as SegmentId] = await fill(store, [
			'h',
			'o',
			'n',
		]);
		await store.change('hold', held, A);
		await store.change('hold', named, A);
		t.like(await store.change('expire', named, A), {changed: 1});
		t.like(await store.changeMatching('expire', {}, 10), {changed: 1, done: true});
		t.is(recordOf(store, other).reason, 'EXPIRED');
		t.is(recordOf(store, held).state, 'scheduled');
		t.like(await store.changeMatching('expire', {state: 'held'}, 10), {changed: 1});
		t.is(store.depth().deadletter, 3);
		t.deepEqual(findViolations(store.handles), []);
		await t.throwsAsync(store.change('expire', held, A), {code: 'INVALID_STATE', message: /only what waits/});
	},
);

storeTest(
	'what is forced is buried as FORCED, held or not, and a deadletter is not forced again',
	async (t, {store}) => {
		const [held = '' as SegmentId, other = '' as SegmentId] = await fill(store, ['h', 'o']);
		await store.change('hold', held, A);
		t.like(store.previewMatching('force', {}, 10), {changed: 2, done: true});
		t.is(store.depth().deadletter, 0);
		t.like(await store.changeMatching('force', {state: 'held'}, 10), {changed: 1, done: true});
		t.is(recordOf(store, held).reason, 'FORCED');
		t.like(await store.changeMatching('force', {}, 10), {changed: 1, done: true});
		t.is(recordOf(store, other).reason, 'FORCED');
		t.deepEqual(findViolations(store.handles), []);
		t.like(await store.changeMatching('force', {}, 10), {changed: 0, done: true});
		await t.throwsAsync(store.change('force', other, A), {code: 'INVALID_STATE', message: /only what waits/});
	},
);

storeTest('a change by time meets what a listing by the same times shows', async (t, {store, clock}) => {
	const [before = '' as SegmentId] = await fill(store, ['before']);
	clock.advance(60_000);
	clock.jump(-365 * 86_400_000);
	const [after = '' as SegmentId] = await fill(store, ['after']);
	await store.change('hold', after, A);
	clock.advance(60_000);
	const half = (clock.now() - 90_000) as EpochMs;
	t.like(store.previewMatching({setPriority: 'bulk'}, {since: half}, 10), {changed: 1, done: true});
	t.like(await store.changeMatching('expire', {before: half}, 10), {changed: 1, done: true});
	t.deepEqual([recordOf(store, before).state, recordOf(store, after).state], ['deadletter', 'scheduled']);
	t.like(await store.changeMatching('release', {before: half}, 10), {changed: 0, done: true});
	t.like(await store.changeMatching('release', {since: half}, 10), {changed: 1, done: true});
});
