import type {SegmentId} from '../../src/outbound/names.js';
import type {Lease} from '../../src/storage/store.js';
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
	leasedIds,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

const numbered = (count: number, from = 0): string[] =>
	Array.from({length: count}, (_, at) => `${from + at}`);
const atMost = (maxEntries: number) => ({...BIG_WINDOW, maxEntries});

storeTest('nothing waits: no lease', async (t, {store}) => {
	t.is(await store.lease(peerA, BIG_WINDOW), undefined);
	t.is(store.nextDueAt(peerA), undefined);
});

storeTest('segments are leased in the order of their enqueue, over many blocks', async (t, {store}) => {
	await fill(store, numbered(5));
	await fillOneByOne(store, numbered(5, 5));
	await fill(store, numbered(5, 10));
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), numbered(15));
	t.is(lease.byteLength, 20);
	t.is(store.depth(peerA).inflight, 15);
	t.is(await store.lease(peerA, BIG_WINDOW), undefined, 'what is leased is not leased again');
	await ackAll(store, lease);
	t.is(store.depth(peerA).acked, 15);
});

storeTest('classes are served strictly by priority, whenever they came', async (t, {store}) => {
	for (const [text, classNo] of [
		['bulk', 3],
		['normal', 2],
		['urgent', 0],
		['high', 1],
		['urgent too', 0],
	] as const) {
		await fill(store, [text], {classNo});
	}
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), ['urgent', 'urgent too', 'high', 'normal', 'bulk']);
	t.is(lease.classNo, 0);
	t.is(lease.entry(4).priority, 'bulk');
});

storeTest('a lease holds whole blocks within its window, and goes on behind them', async (t, {store}) => {
	await fill(store, numbered(4));
	await fill(store, numbered(4, 4));
	await fill(store, numbered(4, 8));
	t.deepEqual(textsOf(store, await take(store, atMost(10))), numbered(8));
	t.deepEqual(textsOf(store, await take(store, atMost(4))), numbered(4, 8));
});

storeTest('the first block is cut when it is larger than the window, entry by entry', async (t, {store}) => {
	await fill(store, ['aaaa', 'bb', 'c', 'dddd']);
	const leases: Lease[] = [];
	for (const expected of [['aaaa', 'bb'], ['c'], ['dddd']]) {
		const lease = await take(store, {maxBytes: expected[0] === 'aaaa' ? 6 : 4, maxEntries: 10});
		t.deepEqual(textsOf(store, lease), expected);
		leases.push(lease);
	}
	t.deepEqual(
		leases.map(({byteLength}) => byteLength),
		[6, 1, 4],
	);
	for (const lease of leases.toReversed()) {
		await ackAll(store, lease);
	}
	t.is(store.depth(peerA).acked, 4);
});

storeTest('the first segment is leased however large it is, alone', async (t, {store}) => {
	await fill(store, [Buffer.alloc(3_000_000, 'x'), 'small']);
	const lease = await take(store, {maxBytes: 1000, maxEntries: 10});
	t.is(lease.entryCount, 1);
	t.is(lease.byteLength, 3_000_000);
	t.deepEqual(textsOf(store, await take(store, {maxBytes: 0, maxEntries: 0})), ['small']);
});

storeTest('several leases of one block are settled each for itself, in any order', async (t, {store}) => {
	const ids = await fill(store, numbered(9));
	const [first, second, third] = [
		await take(store, atMost(3)),
		await take(store, atMost(3)),
		await take(store, atMost(3)),
	];
	await release(store, second);
	await store.settle(third, {acked: [[0, 1]], exceptions: [buried(2)]});
	await ackAll(store, first);
	t.deepEqual(
		ids.map(id => recordOf(store, id).state),
		[...Array(3).fill('acked'), ...Array(3).fill('scheduled'), 'acked', 'acked', 'deadletter'],
	);
	t.deepEqual(textsOf(store, await take(store)), ['3', '4', '5']);
});

storeTest(
	'entries that were released are leased first again, not behind what came later',
	async (t, {store}) => {
		await fillOneByOne(store, numbered(6));
		const first = await take(store, atMost(3));
		const second = await take(store, atMost(2));
		await release(store, first);
		t.deepEqual(textsOf(store, await take(store, atMost(2))), ['0', '1']);
		await release(store, second);
		t.deepEqual(textsOf(store, await take(store)), ['2', '3', '4', '5']);
	},
);

storeTest('what was enqueued while leases are open is found', async (t, {store}) => {
	await fill(store, ['0']);
	await take(store);
	await fill(store, ['1']);
	await fill(store, ['urgent'], {classNo: 0});
	t.deepEqual(textsOf(store, await take(store)), ['urgent', '1']);
});

storeTest('a failed record is leased again when it is due, with its history', async (t, {store, clock}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0, 5000)]});
	t.is<number | undefined, number>(store.nextDueAt(peerA), clock.now() + 5000);
	t.is<number | undefined, number>(recordOf(store, id).nextAttemptAt, clock.now() + 5000);
	clock.advance(4999);
	t.is(await store.lease(peerA, BIG_WINDOW), undefined);
	clock.advance(1);
	const lease = await take(store);
	t.like(lease.entry(0), {segmentId: id, chargedFailures: 1, attemptCount: 1});
	t.is(store.nextDueAt(peerA), undefined);
	t.is(store.depth(peerA).failed, 0);
	await ackAll(store, lease);
});

storeTest('a jump of the wall clock makes no failed record due', async (t, {store, clock}) => {
	await fill(store, ['x']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0, 5000)]});
	clock.jump(20 * 365 * 86_400_000);
	t.is(await store.lease(peerA, BIG_WINDOW), undefined);
	clock.jump(-40 * 365 * 86_400_000);
	t.is<number | undefined, number>(store.nextDueAt(peerA), clock.now() + 5000);
	clock.advance(5000);
	t.deepEqual(textsOf(store, await take(store)), ['x']);
});

storeTest('failed records that are due and fresh blocks take turns', async (t, {store, clock}) => {
	await fillOneByOne(store, ['f0', 'f1', 'f2']);
	const lease = await take(store);
	await store.settle(lease, {acked: [], exceptions: [fails(0, 10), fails(1, 20), fails(2, 30)]});
	clock.advance(1000);
	await fillOneByOne(store, ['n0', 'n1', 'n2', 'n3']);
	t.deepEqual(textsOf(store, await take(store)), ['f0', 'n0', 'f1', 'n1', 'f2', 'n2', 'n3']);
});

storeTest(
	'neither a stream of failures nor a stream of fresh segments starves the other',
	async (t, {store, clock}) => {
		await fillOneByOne(store, ['f0', 'f1']);
		await store.settle(await take(store), {acked: [], exceptions: [fails(0, 1), fails(1, 2)]});
		clock.advance(10);
		await fillOneByOne(store, ['n0', 'n1']);
		const served = [];
		for (let round = 0; round < 2; round++) {
			const lease = await take(store, atMost(2));
			served.push(...textsOf(store, lease));
			await ackAll(store, lease);
		}
		t.deepEqual(served.toSorted(), ['f0', 'f1', 'n0', 'n1']);
		t.deepEqual(served.slice(0, 2), ['f0', 'n0']);
	},
);

storeTest(
	'an urgent failure that is due goes before fresh segments of lower classes',
	async (t, {store, clock}) => {
		await fill(store, ['urgent'], {classNo: 0});
		await store.settle(await take(store), {acked: [], exceptions: [fails(0, 10)]});
		await fill(store, ['normal']);
		clock.advance(10);
		t.deepEqual(textsOf(store, await take(store)), ['urgent', 'normal']);
	},
);

storeTest('retried records keep their place by enqueue order', async (t, {store}) => {
	const [dead = '' as SegmentId] = await fillDead(store, ['0']);
	await fillOneByOne(store, ['1', '2']);
	const [later = '' as SegmentId] = await fillOneByOne(store, ['3']);
	await store.force(later, A);
	await fillOneByOne(store, ['4']);
	await store.retry(later, A);
	await store.retry(dead, A);
	t.deepEqual(textsOf(store, await take(store)), ['0', '1', '2', '3', '4']);
});

storeTest('records that a restart put back keep their place by enqueue order', async (t, fixture) => {
	await fillOneByOne(fixture.store, numbered(6));
	await take(fixture.store, atMost(2));
	await take(fixture.store, atMost(2));
	const {store} = {store: await fixture.reopen()};
	await fill(store, ['6']);
	t.deepEqual(textsOf(store, await take(store)), numbered(7));
});

storeTest(
	'the rest of a failed group that did not fit follows when its lease is settled',
	async (t, {store, clock}) => {
		await fill(store, numbered(10));
		const lease = await take(store);
		await store.settle(lease, {acked: [], exceptions: numbered(10).map(at => fails(Number(at), 10))});
		clock.advance(10);
		const first = await take(store, atMost(4));
		t.deepEqual(textsOf(store, first), numbered(4));
		t.like(store.depth(peerA), {inflight: 4, failed: 0, scheduled: 6});
		await ackAll(store, first);
		t.deepEqual(textsOf(store, await take(store)), numbered(6, 4));
	},
);

storeTest(
	'the rest of a cut group is found even when later groups were leased in between',
	async (t, {store, clock}) => {
		await fill(store, ['0', '1', '2', '3']);
		await fill(store, ['4']);
		await store.settle(await take(store), {
			acked: [],
			exceptions: [...[0, 1, 2, 3].map(at => fails(at, 10)), fails(4, 20)],
		});
		clock.advance(100);
		const cut = await take(store, atMost(2));
		const later = await take(store, atMost(2));
		t.deepEqual([textsOf(store, cut), textsOf(store, later)], [['0', '1'], ['4']]);
		await ackAll(store, cut);
		await ackAll(store, later);
		t.deepEqual(textsOf(store, await take(store)), ['2', '3']);
	},
);

storeTest(
	'each peer has leases of its own',
	async (t, {store}) => {
		await fill(store, ['both'], {to: [A, B]});
		await fill(store, ['for b'], {to: [B]});
		const [a, b] = [await take(store), await take(store, BIG_WINDOW, peerB)];
		t.deepEqual(textsOf(store, a), ['both']);
		t.deepEqual(textsOf(store, b), ['both', 'for b']);
		await ackAll(store, a);
		t.deepEqual(textsOf(store, b), ['both', 'for b'], 'the payload stays while one peer needs it');
		await release(store, b);
	},
	{peerCount: 2},
);

storeTest(
	'3,000 segments that came one by one are one lease',
	async (t, {store}) => {
		// Two routes in turn cut a block at every segment, within a few commits.
		for (let call = 0; call < 6; call++) {
			const drafts = Array.from({length: 500}, (_, at) =>
				draft(store, `${call * 500 + at}`, at % 2 === 0 ? {} : {to: [A, B]}),
			);
			await store.enqueue(drafts, 'all');
		}
		t.is(store.space().blocks, 3000);
		const lease = await take(store);
		t.is(lease.entryCount, 3000);
		t.deepEqual(textsOf(store, lease), numbered(3000));
		t.true((store.handles.env.leases.get([peerA, lease.leaseNo])?.length ?? 0) < 100, 'a short row');
		t.is(lease.entry(2999).sizeBytes, 4);
		await ackAll(store, lease);
		t.like(store.depth(peerA), {acked: 3000, inflight: 0, total: 3000});
		t.is(store.handles.env.spans.getCount(), 3, 'and proven in three rows');
	},
	{peerCount: 2},
);

storeTest(
	'a lease spans at most 4,096 blocks; the next goes on there',
	async (t, {store}) => {
		for (let call = 0; call < 5; call++) {
			const drafts = Array.from({length: 1000}, (_, at) =>
				draft(store, `${at}`, at % 2 === 0 ? {} : {to: [A, B]}),
			);
			await store.enqueue(drafts, 'all');
		}
		const window = {maxBytes: 2 ** 30, maxEntries: 100_000};
		const [first, second] = [await take(store, window), await take(store, window)];
		t.deepEqual([first.entryCount, second.entryCount], [4096, 904]);
		t.is(new Set([...leasedIds(first), ...leasedIds(second)]).size, 5000);
	},
	{peerCount: 2},
);

storeTest('a lease knows its entries by index and refuses others', async (t, {store}) => {
	const ids = await fill(store, numbered(3));
	const lease = await take(store);
	t.deepEqual(leasedIds(lease), ids);
	for (const index of [-1, 3, 0.5, Number.NaN]) {
		t.throws(() => lease.entry(index), {instanceOf: RangeError});
		t.throws(() => store.readPayloads(lease).read(index), {instanceOf: RangeError});
	}
});

storeTest('many leases asked for at once never share a record', async (t, {store}) => {
	await fill(store, numbered(500));
	await fillOneByOne(store, numbered(30, 500));
	const leases = await Promise.all(Array.from({length: 40}, () => store.lease(peerA, atMost(25))));
	const ids = leases.flatMap(lease => (lease === undefined ? [] : leasedIds(lease)));
	t.is(ids.length, 530);
	t.is(new Set(ids).size, 530);
});

storeTest('an empty look at the queue writes nothing', async (t, {store, clock}) => {
	await fill(store, ['failed', 'leased']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0)]});
	await take(store);
	const lastCommit = () => (store.handles.env.root.getStats() as {lastTxnId: number}).lastTxnId;
	const before = lastCommit();
	t.is(await store.lease(peerA, BIG_WINDOW), undefined);
	t.is(lastCommit(), before);
	clock.advance(1000);
	t.deepEqual(textsOf(store, await take(store)), ['failed']);
});

storeTest('who is woken by a commit sees what it brought, in the same turn', async (t, {store}) => {
	const seen: Promise<Lease | undefined>[] = [];
	store.onWork(peer => {
		store.list({}, {limit: 1});
		seen.push(store.lease(peer, BIG_WINDOW));
	});
	for (let round = 0; round < 20; round++) {
		store.list({}, {limit: 1});
		await fill(store, [`${round}`]);
	}
	t.deepEqual(
		(await Promise.all(seen)).map(lease => lease?.entryCount),
		Array(20).fill(1),
	);
});
