import type {SegmentId} from '../../src/outbound/names.js';
import {findViolations} from '../../src/storage/invariant.js';
import {hasPayload} from '../../src/storage/release-block.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	C,
	fails,
	fill,
	fillOneByOne,
	peerA,
	peerB,
	peerC,
	recordOf,
	release,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const one = {settings: {successCondition: 'one_peer'}, peerCount: 3} as const;
const two = {settings: {successCondition: 2}, peerCount: 3} as const;
const ALL = {to: [A, B, C]};
const takeFor = (store: Parameters<typeof take>[0], peer: typeof peerA) => take(store, BIG_WINDOW, peer);

storeTest(
	'under one_peer the first acknowledgement ends the waiting of the others',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['x', 'yy'], ALL);
		const lease = await takeFor(store, peerB);
		clock.advance(500);
		await ackAll(store, lease);
		t.like(store.depth(peerB), {acked: 2, satisfied: 0, total: 2});
		for (const peer of [peerA, peerC]) {
			t.like(store.depth(peer), {scheduled: 0, satisfied: 2, acked: 0, total: 2});
			t.is(store.waitingBytes(peer), 0);
			t.is(await store.lease(peer, BIG_WINDOW), undefined);
		}
		t.like(recordOf(store, ids[0] as SegmentId, A), {
			state: 'satisfied',
			attempts: [],
			updatedAt: clock.now(),
			reason: undefined,
			chargedFailures: 0,
		});
		const page = store.list({state: 'satisfied', peer: C}, {limit: 10});
		t.deepEqual([page.records.map(({segmentId}) => segmentId), page.total], [ids, 2]);
		t.is(store.space().blocks, 1);
		t.throws(() => store.payload(ids[0] as SegmentId), {code: 'SEGMENT_MISSING'}, 'nobody needs it any more');
	},
	one,
);

storeTest(
	'under a number as many acknowledgements are needed, entry by entry',
	async (t, {store}) => {
		const ids = await fill(store, ['0', '1', '2'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [[0, 1]], exceptions: []});
		t.like(store.depth(peerC), {scheduled: 3, satisfied: 0});
		await store.settle(await takeFor(store, peerB), {acked: [[1, 2]], exceptions: []});
		t.deepEqual(
			ids.map(id => recordOf(store, id, C).state),
			['scheduled', 'satisfied', 'scheduled'],
			'only the second is with two peers',
		);
		t.is(
			String(store.payload(ids[1] as SegmentId)?.bytes),
			'1',
			'others of its block still need the payload',
		);
		await ackAll(store, await takeFor(store, peerC));
		t.deepEqual(
			[A, B, C].map(peer => ids.map(id => recordOf(store, id, peer).state)),
			[
				['acked', 'acked', 'satisfied'],
				['satisfied', 'acked', 'acked'],
				['acked', 'satisfied', 'acked'],
			],
		);
		t.throws(() => store.payload(ids[1] as SegmentId), {code: 'SEGMENT_MISSING'});
		t.is(store.depth().total, 9);
	},
	two,
);

storeTest(
	'where as many peers are needed as a route has, all of them get it and nothing is counted',
	async (t, {store}) => {
		await fill(store, ['x'], {to: [A, B]});
		await ackAll(store, await takeFor(store, peerA));
		t.like(store.depth(peerB), {scheduled: 1, satisfied: 0});
		t.deepEqual([...store.handles.env.acks.getKeys()], []);
		await ackAll(store, await takeFor(store, peerB));
		t.like(store.depth(), {acked: 2, satisfied: 0});
	},
	two,
);

storeTest(
	'a failed record is satisfied with its history, a deadletter stays one',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [], exceptions: [fails(0, 60_000)]});
		await store.settle(await takeFor(store, peerB), {acked: [], exceptions: [buried(0)]});
		await ackAll(store, await takeFor(store, peerC));
		t.like(recordOf(store, id, A), {state: 'satisfied', chargedFailures: 0, nextAttemptAt: undefined});
		t.deepEqual(
			recordOf(store, id, A).attempts.map(({outcome}) => outcome),
			['FAILED'],
		);
		t.is(store.nextDueAt(peerA), undefined);
		t.like(recordOf(store, id, B), {state: 'deadletter', reason: 'REJECTED'});
		t.is(String(store.payload(id)?.bytes), 'x', 'the deadletter keeps the payload');
		t.like(store.depth(), {acked: 1, satisfied: 1, deadletter: 1, failed: 0, total: 3});
	},
	one,
);

storeTest(
	'a deadletter does not count as had',
	async (t, {store}) => {
		await fill(store, ['x'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [], exceptions: [buried(0)]});
		await ackAll(store, await takeFor(store, peerB));
		t.like(store.depth(peerC), {scheduled: 1, satisfied: 0});
	},
	two,
);

storeTest(
	'what is being sent is cut out of its lease, and a late acknowledgement only tells',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId, other = '' as SegmentId] = await fill(store, ['x', 'y'], ALL);
		const late = await takeFor(store, peerA);
		const again = await takeFor(store, peerB);
		await store.settle(again, {acked: [[0, 0]], exceptions: []});
		t.like(store.depth(peerA), {inflight: 1, satisfied: 1, scheduled: 0});
		t.deepEqual(textsOf(store, late), ['unneeded', 'y'], 'what has not left yet is not sent');
		clock.advance(70);
		t.true(await ackAll(store, late));
		t.like(recordOf(store, id, A), {state: 'satisfied'});
		t.like(recordOf(store, id, A).attempts, [{number: 1, outcome: 'ACKED', completedAt: clock.now()}]);
		t.is(recordOf(store, other, A).state, 'acked');
		t.like(store.depth(peerA), {inflight: 0, satisfied: 1, acked: 1});
	},
	one,
);

storeTest(
	'a late failure of a satisfied record changes nothing',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		const late = await takeFor(store, peerA);
		const released = await takeFor(store, peerC);
		await ackAll(store, await takeFor(store, peerB));
		t.is(recordOf(store, id, A).state, 'satisfied', 'also while its lease is open');
		t.true(await store.settle(late, {acked: [], exceptions: [buried(0)]}));
		t.true(await release(store, released));
		t.like(store.depth(), {acked: 1, satisfied: 2, deadletter: 0, inflight: 0, scheduled: 0, total: 3});
		t.is(recordOf(store, id, A).state, 'satisfied');
		t.deepEqual(recordOf(store, id, A).attempts, []);
		await tendAll(store);
	},
	one,
);

storeTest(
	'a failed record that is sent again is cut out of its lease with its history',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId, rest = '' as SegmentId] = await fill(store, ['x', 'y'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [], exceptions: [fails(0, 5), fails(1, 5)]});
		clock.advance(5);
		const lease = await takeFor(store, peerA);
		await store.settle(await takeFor(store, peerB), {acked: [[0, 0]], exceptions: []});
		await ackAll(store, lease);
		t.deepEqual(
			[id, rest].map(segment => recordOf(store, segment, A).attempts.map(({outcome}) => outcome)),
			[
				['FAILED', 'ACKED'],
				['FAILED', 'ACKED'],
			],
		);
		t.like(store.depth(peerA), {satisfied: 1, acked: 1, failed: 0, inflight: 0});
	},
	one,
);

storeTest(
	'a deadletter that is retried although enough peers have it is sent',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [], exceptions: [buried(0)]});
		await store.settle(await takeFor(store, peerB), {acked: [], exceptions: [buried(0)]});
		await ackAll(store, await takeFor(store, peerC));
		await store.retry(id, A);
		await store.retry(id, B);
		await ackAll(store, await takeFor(store, peerA));
		t.is(recordOf(store, id, B).state, 'scheduled', 'the one was retried as explicitly as the other');
		t.deepEqual(textsOf(store, await takeFor(store, peerB)), ['x']);
	},
	one,
);

storeTest(
	'a deadletter that was retried before enough peers had it is satisfied like any other',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [], exceptions: [buried(0)]});
		await store.retry(id, A);
		await ackAll(store, await takeFor(store, peerB));
		t.is(recordOf(store, id, A).state, 'satisfied');
	},
	one,
);

storeTest(
	'thousands of blocks of one cost a few rows when they are satisfied',
	async (t, {store}) => {
		await fillOneByOne(
			store,
			Array.from({length: 60}, (_, at) => `p${at}`),
			ALL,
		);
		await ackAll(store, await takeFor(store, peerA));
		t.like(store.depth(peerB), {satisfied: 60, total: 60});
		t.is(store.handles.env.settled.getCount(), 0);
		t.is(store.handles.env.spans.getCount(), 3);
		t.is(store.handles.env.payloads.getCount(), 0);
	},
	one,
);

storeTest(
	'proofs and counts of what was satisfied go with the time, and the block with them',
	async (t, {store, clock}) => {
		await fill(store, ['x'], ALL);
		const [mixed = '' as SegmentId] = await fill(store, ['y', 'z'], ALL);
		const late = await takeFor(store, peerC);
		await ackAll(store, await takeFor(store, peerA));
		await ackAll(store, late);
		t.is(store.handles.env.acks.getCount(), 2);
		clock.advance(86_400_001);
		await tendAll(store);
		t.deepEqual(store.inspect(mixed), []);
		t.is(store.handles.env.acks.getCount(), 0);
		t.is(store.space().blocks, 0);
		t.like(store.depth(), {acked: 3, satisfied: 6, total: 9}, 'counters only rise');
	},
	one,
);

storeTest(
	'without retention nothing stays, also when an answer comes late',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		const late = await takeFor(store, peerC);
		await ackAll(store, await takeFor(store, peerA));
		await tendAll(store);
		t.is(store.space().blocks, 0);
		t.true(await ackAll(store, late));
		t.deepEqual(store.inspect(id), []);
		t.like(store.depth(), {acked: 1, satisfied: 2, inflight: 0, total: 3});
	},
	{...one, settings: {...one.settings, ackedRetentionMs: 0}},
);

storeTest(
	'a segment whose every record is settled can be forced, retried and purged no more',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], ALL);
		await ackAll(store, await takeFor(store, peerA));
		await t.throwsAsync(store.force(id, B), {code: 'INVALID_STATE'});
		await t.throwsAsync(store.retry(id, B), {code: 'INVALID_STATE'});
		await t.throwsAsync(store.purge(id, B), {code: 'INVALID_STATE'});
	},
	one,
);

storeTest(
	'what is satisfied expires no more',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {...ALL, expiresInMs: 1000});
		await ackAll(store, await takeFor(store, peerA));
		clock.advance(2000);
		await tendAll(store);
		t.is(recordOf(store, id, B).state, 'satisfied');
		t.is(store.depth().deadletter, 0);
		t.true(hasPayload(store.handles, 1 as Parameters<typeof hasPayload>[1]) === false);
	},
	one,
);

storeTest(
	'the condition in force at an acknowledgement counts, and with it what was acknowledged before it changed',
	async (t, fixture) => {
		let {store} = fixture;
		const ids = await fill(store, ['x', 'y'], ALL);
		await store.settle(await takeFor(store, peerA), {acked: [[0, 0]], exceptions: []});
		store = await fixture.reopen({successCondition: 2});
		t.like(store.depth(), {scheduled: 5, acked: 1, satisfied: 0}, 'a change alone satisfies nothing');
		await ackAll(store, await takeFor(store, peerB));
		t.deepEqual(
			ids.map(id => recordOf(store, id, C).state),
			['satisfied', 'scheduled'],
			'the acknowledgement under all_peers counts',
		);
		store = await fixture.reopen({successCondition: 'all_peers'});
		t.is(store.handles.env.acks.getCount(), 0);
		await ackAll(store, await takeFor(store, peerA));
		t.is(recordOf(store, ids[1] as SegmentId, C).state, 'scheduled');
		store = await fixture.reopen({successCondition: 'one_peer'});
		t.is(recordOf(store, ids[1] as SegmentId, C).state, 'scheduled');
		await ackAll(store, await takeFor(store, peerC));
		t.like(store.depth(), {acked: 5, satisfied: 1, total: 6});
	},
	{peerCount: 3},
);

storeTest(
	'what enough peers had before the condition changed is satisfied by the next acknowledgement',
	async (t, fixture) => {
		const [id = '' as SegmentId] = await fill(fixture.store, ['x'], ALL);
		await ackAll(fixture.store, await takeFor(fixture.store, peerA));
		const store = await fixture.reopen({successCondition: 'one_peer'});
		await ackAll(store, await takeFor(store, peerB));
		t.is(recordOf(store, id, C).state, 'satisfied');
	},
	{peerCount: 3},
);

storeTest(
	'what enough peers had before the condition changed is satisfied without another acknowledgement, and its payload goes',
	async (t, fixture) => {
		let {store} = fixture;
		const ids = await fill(store, ['x', 'y', 'z'], ALL);
		const id = (at: number) => ids[at] as SegmentId;
		await store.settle(await takeFor(store, peerA), {acked: [[0, 1]], exceptions: []});
		await store.settle(await takeFor(store, peerB), {acked: [], exceptions: [fails(0, 5000)]});
		await store.force(id(1), C);
		await store.change('hold', id(0), C);
		store = await fixture.reopen({successCondition: 'one_peer'});
		const lease = await takeFor(store, peerB);
		await tendAll(store);
		t.deepEqual(
			[B, C].map(peer => ids.map(segment => recordOf(store, segment, peer).state)),
			[
				['satisfied', 'satisfied', 'inflight'],
				['satisfied', 'deadletter', 'scheduled'],
			],
		);
		t.deepEqual(findViolations(store.handles), []);
		await ackAll(store, lease);
		t.like(store.depth(), {held: 0, failed: 0, inflight: 0, deadletter: 1, total: 9});
		await store.retry(id(1), C);
		store = await fixture.reopen({successCondition: 2});
		store = await fixture.reopen({successCondition: 'one_peer'});
		await tendAll(store);
		t.is(recordOf(store, id(1), C).state, 'scheduled', 'an operator asked for it');
		t.is(store.handles.satisfiedTo, store.handles.acksSince);
		await ackAll(store, await takeFor(store, peerC));
		t.false(hasPayload(store.handles, 1 as Parameters<typeof hasPayload>[1]));
		t.deepEqual(findViolations(store.handles), []);
	},
	{peerCount: 3},
);

storeTest(
	'what a changed condition satisfies is settled in small steps, which a restart goes on with',
	async (t, fixture) => {
		let {store} = fixture;
		const count = 150;
		await fillOneByOne(
			store,
			Array.from({length: count}, (_, at) => `${at}`),
			ALL,
		);
		await ackAll(store, await takeFor(store, peerA));
		store = await fixture.reopen({successCondition: 'one_peer'});
		const satisfied: number[] = [];
		for (let isMore = true; isMore; ) {
			isMore = await store.tend();
			satisfied.push(store.depth().satisfied);
			store = await fixture.reopen({successCondition: 'one_peer'});
			t.deepEqual(findViolations(store.handles), []);
		}
		t.deepEqual(satisfied, [128, 256, 300]);
		t.false(await store.tend());
		t.is(await store.lease(peerB, BIG_WINDOW), undefined);
	},
	{peerCount: 3},
);
