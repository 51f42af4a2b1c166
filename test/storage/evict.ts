import type {SegmentId} from '../../src/outbound/names.js';
import type {Eviction} from '../../src/storage/evict.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	draft,
	fails,
	fill,
	fillDead,
	fillOneByOne,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

const KIB = 1024;
const kib = (count: number, letter = 'x'): string => letter.repeat(count * KIB);
const roomFor = (count: number) => ({
	settings: {diskCeilingBytes: count * KIB, maxSegmentBytes: 64 * KIB, overflow: 'evict_oldest' as const},
});
const stateOf = (store: LmdbStore, id: SegmentId | undefined, peer = A) => {
	const {state, reason} = recordOf(store, id as SegmentId, peer);
	return reason === undefined ? state : `${state} ${reason}`;
};
const EVICTED = 'deadletter EVICTED';

storeTest(
	'at the ceiling the oldest that waits is given up, and is a deadletter without a payload',
	async (t, {store}) => {
		const ids = await fillOneByOne(store, [kib(40), kib(40), kib(40)], {labels: {site: '7'}});
		t.deepEqual(
			ids.map(id => stateOf(store, id)),
			[EVICTED, 'scheduled', 'scheduled'],
		);
		const [id] = ids as [SegmentId];
		t.like(recordOf(store, id), {labels: {site: '7'}, sizeBytes: 40 * KIB, attempts: []});
		t.throws(() => store.payload(id), {code: 'SEGMENT_MISSING'});
		await t.throwsAsync(store.retry(id, A), {code: 'SEGMENT_MISSING'});
		t.like(await store.retryMatching({}, 10), {changed: 0, refused: 1});
		t.deepEqual(textsOf(store, await take(store)), [kib(40), kib(40)], 'the others are delivered');
		await store.purge(id, A);
		t.deepEqual(store.inspect(id), []);
	},
	roomFor(100),
);

storeTest(
	'what is only retained goes before anything that waits',
	async (t, {store}) => {
		const [orphan = '' as SegmentId] = await fillDead(store, [kib(40)]);
		await store.purge(orphan, A);
		const [waits] = await fill(store, [kib(40)]);
		await fill(store, [kib(40)]);
		t.is(stateOf(store, waits), 'scheduled');
		t.throws(() => store.payload(orphan), {code: 'SEGMENT_MISSING'});
	},
	roomFor(100),
);

storeTest(
	'the lowest class is given up first, however young',
	async (t, {store}) => {
		const ids: SegmentId[] = [];
		for (const classNo of [0, 2, 3, 1] as const) {
			ids.push(...(await fill(store, [kib(30)], {classNo})));
		}
		await fill(store, [kib(30)], {classNo: 1});
		t.deepEqual(
			ids.map(id => stateOf(store, id)),
			['scheduled', EVICTED, EVICTED, 'scheduled'],
		);
	},
	roomFor(100),
);

storeTest(
	'a record that failed, or that a restart put back, is as old as its block',
	async (t, fixture) => {
		const ids = await fillOneByOne(fixture.store, [kib(30), kib(30)]);
		const lease = await take(fixture.store);
		await fixture.store.settle(lease, {acked: [], exceptions: [fails(0, 60_000)]});
		await take(fixture.store);
		const store = await fixture.reopen();
		const [fresh] = await fill(store, [kib(30)]);
		await fill(store, [kib(30)]);
		t.deepEqual(
			[...ids, fresh].map(id => stateOf(store, id)),
			[EVICTED, 'scheduled', 'scheduled'],
		);
		t.like(recordOf(store, ids[0] as SegmentId), {chargedFailures: 1, attempts: [{outcome: 'FAILED'}]});
		await fill(store, [kib(30)]);
		t.like(recordOf(store, ids[1] as SegmentId), {reason: 'EVICTED', attempts: [{outcome: 'ABANDONED'}]});
	},
	roomFor(100),
);

storeTest(
	'deadletters keep their payload as long as something waits, then the longest dead loses it first',
	async (t, {store, clock}) => {
		const dead: SegmentId[] = [];
		for (let at = 0; at < 2; at++) {
			dead.push(...(await fillDead(store, [kib(30)])));
			clock.advance(1000);
		}
		const [waits] = await fill(store, [kib(30)]);
		const [next] = await fill(store, [kib(30)]);
		t.deepEqual(
			[...dead, waits, next].map(id => stateOf(store, id)),
			['deadletter REJECTED', 'deadletter REJECTED', EVICTED, 'scheduled'],
		);
		await fill(store, [kib(60)]);
		t.deepEqual(
			[...dead, next].map(id => stateOf(store, id)),
			[EVICTED, 'deadletter REJECTED', EVICTED],
		);
		t.like(recordOf(store, dead[0] as SegmentId), {attempts: [{outcome: 'REJECTED'}]});
		t.deepEqual(store.deadletterCounts(peerA).EVICTED, 3);
	},
	roomFor(100),
);

storeTest(
	'what is being sent is left alone while anything else can go',
	async (t, {store}) => {
		const [sent] = await fill(store, [kib(30)]);
		const lease = await take(store);
		const [waits] = await fill(store, [kib(30)]);
		await fill(store, [kib(50)]);
		t.deepEqual(
			[sent, waits].map(id => stateOf(store, id)),
			['inflight', EVICTED],
		);
		t.true(await ackAll(store, lease));
		t.is(stateOf(store, sent), 'acked');
	},
	roomFor(100),
);

storeTest(
	'when only what is being sent is left, it is cut out of its lease, and its late answer is noted',
	async (t, {store}) => {
		const ids = await fill(store, [kib(30), kib(30)]);
		const lease = await take(store);
		const [fresh] = await fill(store, [kib(60)]);
		t.deepEqual(
			[...ids, fresh].map(id => stateOf(store, id)),
			[EVICTED, EVICTED, 'scheduled'],
		);
		t.is(store.depth().inflight, 0);
		t.is(store.readPayloads(lease).read(0), 'unneeded');
		t.true(await ackAll(store, lease));
		t.like(recordOf(store, ids[0] as SegmentId), {state: 'deadletter', attempts: [{outcome: 'ACKED'}]});
		t.deepEqual(textsOf(store, await take(store)), [kib(60)]);
	},
	roomFor(100),
);

storeTest(
	'a group that was leased in part is given up as a whole when nothing else is left',
	async (t, {store, clock}) => {
		const ids = await fill(store, [kib(20), kib(20), kib(20)]);
		const first = await take(store);
		await store.settle(first, {acked: [], exceptions: [fails(0, 10), fails(1, 10), fails(2, 10)]});
		clock.advance(1000);
		const lease = await take(store, {...BIG_WINDOW, maxEntries: 1});
		await fill(store, [kib(60)]);
		t.deepEqual(
			ids.map(id => stateOf(store, id)),
			[EVICTED, EVICTED, EVICTED],
		);
		await release(store, lease);
		t.like(store.depth(), {scheduled: 1, inflight: 0, failed: 0, deadletter: 3});
	},
	roomFor(100),
);

storeTest(
	'a block is given up for all peers that still wait for it, and for no other',
	async (t, {store}) => {
		const [id] = await fill(store, [kib(40)], {to: [A, B]});
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		const [other] = await fill(store, [kib(40)], {to: [A, B]});
		await fill(store, [kib(40)]);
		t.is(stateOf(store, id, A), EVICTED);
		t.deepEqual([stateOf(store, other, A), stateOf(store, other, B)], ['scheduled', 'scheduled']);
		t.like(store.depth(peerB), {acked: 1, deadletter: 0, scheduled: 1});
	},
	{...roomFor(100), peerCount: 2},
);

storeTest(
	'what is dead without a payload keeps its reason when its block is given up for another peer',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, [kib(40)], {to: [A, B]});
		await store.settle(await take(store), {acked: [], exceptions: [buried(0, 'missing')]});
		await fillOneByOne(store, [kib(40), kib(40)]);
		t.deepEqual([stateOf(store, id), stateOf(store, id, B)], ['deadletter SEGMENT_MISSING', EVICTED]);
	},
	{...roomFor(100), peerCount: 2},
);

storeTest(
	'what can never fit is refused before anything is given up for it',
	async (t, {store}) => {
		const [id] = await fill(store, [kib(60)]);
		const drafts = Array.from({length: 2}, () => draft(store, kib(60)));
		await t.throwsAsync(store.enqueue(drafts, 'all'), {code: 'QUEUE_FULL'});
		t.is(stateOf(store, id), 'scheduled');
	},
	roomFor(100),
);

storeTest(
	'when metadata alone fills the store producers are refused, until an operator purges it',
	async (t, {store}) => {
		const small = Array.from({length: 1000}, () => 'small');
		await t.throwsAsync(
			(async () => {
				for (;;) {
					await fill(store, small);
				}
			})(),
			{code: 'QUEUE_FULL'},
		);
		t.is(store.deadletterCounts(peerA).EVICTED, store.depth(peerA).deadletter);
		await store.purgeMatching({reason: 'EVICTED'}, 1_000_000);
		t.is((await fill(store, small)).length, 1000);
	},
	{settings: {...roomFor(300).settings, ackedRetentionMs: 0}},
);

storeTest(
	'an empty segment is never given up: it would free nothing',
	async (t, {store}) => {
		const [empty] = await fill(store, ['']);
		await fillOneByOne(store, [kib(60), kib(60)]);
		t.is(stateOf(store, empty), 'scheduled');
	},
	roomFor(100),
);

storeTest(
	'thousands of deadletters without a payload do not hide the one that has one',
	async (t, {store, clock}) => {
		for (let round = 0; round < 3; round++) {
			const ids = await fill(
				store,
				Array.from({length: 4000}, () => ''),
			);
			// A group each, for no two failed alike.
			const exceptions = ids.map((id, at) => ({...buried(at, 'missing'), error: id}));
			await store.settle(await take(store), {acked: [], exceptions});
		}
		clock.advance(1000);
		const [dead] = await fillDead(store, [kib(60)]);
		const {liveBytes, ceilingBytes} = store.space();
		for (let room = ceilingBytes - liveBytes; room > 0; room -= 60 * KIB) {
			await fill(store, [kib(60)], {to: [B]});
		}
		const [sent] = await fill(store, [kib(60)], {to: [B]});
		while ((await store.lease(peerB, BIG_WINDOW)) !== undefined) {
			// All that waits is being sent.
		}
		await fill(store, [kib(60)]);
		t.deepEqual([stateOf(store, dead), stateOf(store, sent, B)], [EVICTED, 'inflight']);
	},
	{...roomFor(2000), peerCount: 2},
);

storeTest(
	'each step gives up few blocks, and the caller is told what went',
	async (t, {store}) => {
		const told: Eviction[] = [];
		store.onEvicted(eviction => told.push(eviction));
		await fillOneByOne(
			store,
			Array.from({length: 90}, () => kib(1)),
		);
		await fill(store, [kib(64)]);
		t.true(told.length >= 1);
		t.true(told.every(({blocks}) => blocks <= 64));
		const records = told.reduce((sum, eviction) => sum + (eviction.records.get(peerA) ?? 0), 0);
		t.is(records, store.depth(peerA).deadletter);
		t.is(
			told.reduce((sum, {bytes}) => sum + bytes, 0),
			records * KIB,
		);
	},
	roomFor(100),
);
