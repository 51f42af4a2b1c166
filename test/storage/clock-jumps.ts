import type {SegmentId} from '../../src/outbound/names.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	draft,
	fails,
	fill,
	peerA,
	recordOf,
	release,
	statusesOf,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const FIRST_BACKOFF_MS = 60_000;

for (const [name, jumpMs] of [
	['forward', 10 * YEAR_MS],
	['back', -10 * YEAR_MS],
] as const) {
	storeTest(
		`a wall clock that jumps ten years ${name} loses, stops and expires nothing early, whatever state it is in`,
		async (t, fixture) => {
			const {store, clock} = fixture;
			store.quota.limit({policy: 'defer', reservePercent: 0, totalBytes: 10_000_000, peers: new Map()});
			const [proven = '' as SegmentId] = await fill(store, ['proven'], {id: 'proven'});
			await store.settle(await take(store), {acked: 'all', exceptions: [], bytesSent: 5000});
			const spent = () => fixture.store.quota.use().usedBytes;
			t.is(spent(), 5000);
			const [failed = '' as SegmentId] = await fill(store, ['failed']);
			const broken = await take(store);
			await store.settle(broken, {acked: [], exceptions: [fails(0, FIRST_BACKOFF_MS)]});
			const [inflight = '' as SegmentId] = await fill(store, ['inflight'], {expiresInMs: HOUR_MS});
			const lease = await take(store);
			const [held = '' as SegmentId] = await fill(store, ['held'], {expiresInMs: HOUR_MS});
			await store.change('hold', held, A);
			const [waiting = '' as SegmentId] = await fill(store, ['waiting'], {expiresInMs: HOUR_MS});
			const before = store.depth();

			clock.jump(jumpMs);
			await tendAll(store);
			t.deepEqual(store.depth(), before);
			t.true(spent() >= 5000);
			t.is((store.nextDueAt(peerA) ?? 0) - clock.now(), FIRST_BACKOFF_MS);
			t.is((recordOf(store, waiting).expiresAt ?? 0) - clock.now(), HOUR_MS);
			t.like(recordOf(store, proven), {state: 'acked'});
			t.deepEqual(statusesOf(await store.enqueue([draft(store, 'proven', {id: 'proven'})], 'all')), [
				'duplicate',
			]);

			clock.advance(FIRST_BACKOFF_MS - 1);
			const first = await take(store);
			t.deepEqual(textsOf(store, first), ['waiting']);
			await release(store, first);
			clock.advance(1);
			const second = await take(store, {...BIG_WINDOW, chargedAlone: true});
			t.deepEqual(textsOf(store, second), ['failed']);
			await release(store, second);
			await release(store, lease);
			t.is(recordOf(store, inflight).state, 'scheduled');

			// The next start believes the wall clock by the difference to what it was when this was last noted.
			await fixture.reopen();
			await tendAll(fixture.store);
			t.true(spent() >= 5000);
			t.like(fixture.store.depth(peerA), {scheduled: 4, held: 1, acked: 1, deadletter: 0});
			clock.advance(HOUR_MS - FIRST_BACKOFF_MS);
			await tendAll(fixture.store);
			t.deepEqual(
				[waiting, inflight, held, failed].map(id => recordOf(fixture.store, id).reason),
				['EXPIRED', 'EXPIRED', undefined, undefined],
			);
			clock.advance(24 * HOUR_MS);
			await tendAll(fixture.store);
			t.is(spent(), 0);
			t.deepEqual(fixture.store.inspect(proven), [], 'a proof is kept for a day, and no longer');
		},
	);
}

storeTest(
	'times that were noted with a clock that was never set are shown by the age',
	async (t, fixture) => {
		const {clock} = fixture;
		clock.jump(5000 - clock.now()); // Five seconds after the beginning of 1970.
		const [id = '' as SegmentId] = await fill(fixture.store, ['x']);
		const {enqueuedAt} = recordOf(fixture.store, id);
		t.is<number, number>(enqueuedAt, 5000);
		clock.advance(HOUR_MS);
		const now = Date.parse('2026-11-23T06:00:00Z');
		clock.jump(now - clock.now());
		t.like(recordOf(fixture.store, id), {enqueuedAt: now - HOUR_MS, updatedAt: now - HOUR_MS});
		t.is<number | undefined, number>(fixture.store.oldestScheduledAt(peerA), now - HOUR_MS);
		const lease = await take(fixture.store);
		t.is<number, number>(lease.entry(0).enqueuedAt, now - HOUR_MS);
		await release(fixture.store, lease);
		clock.jump(-2 * HOUR_MS);
		t.is<number, number>(recordOf(fixture.store, id).enqueuedAt, now - 3 * HOUR_MS, 'not in the future');
	},
);

storeTest(
	'a device that was switched off with a clock that was never set does not find everything expired',
	async (t, fixture) => {
		const {clock} = fixture;
		clock.jump(-clock.now());
		const [id = '' as SegmentId] = await fill(fixture.store, ['x'], {expiresInMs: 24 * HOUR_MS});
		clock.jump(Date.parse('2026-11-23T06:00:00Z') - clock.now());
		await fixture.reopen();
		await tendAll(fixture.store);
		t.is(recordOf(fixture.store, id).state, 'scheduled');
	},
);
