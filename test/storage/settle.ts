import type {SegmentId} from '../../src/outbound/names.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
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
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const ten = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const groupsIn = (store: Parameters<typeof take>[0]): number => store.handles.env.groups.getCount();

storeTest(
	'acknowledged records are proven, with the one attempt that was good',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['hello', 'you']);
		const lease = await take(store);
		const startedAt = clock.now();
		clock.advance(70);
		t.true(await ackAll(store, lease));
		const record = recordOf(store, id);
		t.is(record.state, 'acked');
		t.is(record.updatedAt, clock.now());
		t.deepEqual(record.attempts, [
			{number: 1, startedAt, completedAt: clock.now(), outcome: 'ACKED', bytesSent: 5},
		]);
		t.is(store.waitingBytes(peerA), 0);
		t.throws(() => store.payload(id), {code: 'SEGMENT_MISSING', message: /not kept any more/});
	},
);

storeTest(
	'ranges of a lease are acknowledged, the rest is released without an attempt',
	async (t, {store}) => {
		const ids = await fill(store, ten);
		const lease = await take(store);
		await store.settle(lease, {
			acked: [
				[0, 0],
				[2, 4],
				[9, 9],
			],
			exceptions: [],
		});
		t.deepEqual(
			ids.map(id => recordOf(store, id).state === 'acked'),
			[true, false, true, true, true, false, false, false, false, true],
		);
		t.deepEqual(recordOf(store, ids[1] as SegmentId).attempts, []);
		t.is(String(store.payload(ids[0] as SegmentId)?.bytes), '0', 'the block is kept whole while one waits');
		const next = await take(store);
		t.deepEqual(textsOf(store, next), ['1', '5', '6', '7', '8']);
		await ackAll(store, next);
		t.like(store.depth(peerA), {acked: 10, total: 10});
	},
);

storeTest('a range runs over blocks and groups alike', async (t, {store, clock}) => {
	await fillOneByOne(store, ['a', 'b', 'c']);
	await fill(store, ['d', 'e', 'f']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(1, 5), fails(4, 5)]});
	clock.advance(5);
	const lease = await take(store);
	const texts = textsOf(store, lease);
	t.is(texts.length, 6);
	await store.settle(lease, {acked: [[1, 4]], exceptions: []});
	t.is(store.depth(peerA).acked, 4);
	const rest = await take(store);
	t.deepEqual(textsOf(store, rest).toSorted(), [texts[0] ?? '', texts[5] ?? ''].toSorted());
});

storeTest('exceptions with one fate are one group, other fates are others', async (t, {store}) => {
	const ids = await fill(store, ten);
	const lease = await take(store);
	await store.settle(lease, {
		acked: [[0, 1]],
		exceptions: [
			...[2, 3, 4].map(at => fails(at, 500, 'busy')),
			fails(5, 500, 'other words'),
			fails(6, 900, 'busy'),
			...[7, 8].map(at => buried(at)),
			buried(9, 'exhaust'),
		],
	});
	t.is(groupsIn(store), 5);
	t.like(store.depth(peerA), {acked: 2, failed: 5, deadletter: 3, inflight: 0, scheduled: 0, total: 10});
	t.like(store.deadletterCounts(peerA), {REJECTED: 2, MAX_RETRIES: 1, FORCED: 0});
	t.deepEqual(
		ids.map(id => recordOf(store, id).chargedFailures),
		[0, 0, 1, 1, 1, 1, 1, 0, 0, 1],
	);
	t.like(recordOf(store, ids[7] as SegmentId), {state: 'deadletter', reason: 'REJECTED'});
	t.is(recordOf(store, ids[5] as SegmentId).attempts[0]?.error, 'other words');
});

storeTest(
	'thousands that fail alike in one block are one row, and succeed as one',
	async (t, {store, clock}) => {
		await fill(
			store,
			Array.from({length: 1000}, (_, at) => `${at}`),
		);
		const lease = await take(store);
		await store.settle(lease, {acked: [], exceptions: leasedIds(lease).map((_, at) => fails(at))});
		t.is(groupsIn(store), 1);
		clock.advance(1000);
		await ackAll(store, await take(store));
		t.is(groupsIn(store), 0);
		t.is(store.depth(peerA).acked, 1000);
	},
);

storeTest('"all" is what no exception names', async (t, {store}) => {
	const ids = await fill(store, ten);
	const lease = await take(store);
	await store.settle(lease, {acked: 'all', exceptions: [fails(3), buried(0)]});
	t.like(store.depth(peerA), {acked: 8, failed: 1, deadletter: 1});
	t.is(recordOf(store, ids[3] as SegmentId).state, 'failed');
});

storeTest(
	'attempts add up, and so do charged failures, until the record is delivered',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x']);
		for (const error of ['first', 'second']) {
			await store.settle(await take(store), {acked: [], exceptions: [fails(0, 10, error)]});
			clock.advance(10);
		}
		await release(store, await take(store));
		t.like(recordOf(store, id), {state: 'scheduled', chargedFailures: 2, nextAttemptAt: undefined});
		await ackAll(store, await take(store));
		const {attempts} = recordOf(store, id);
		t.deepEqual(
			attempts.map(({number, outcome, error, bytesSent}) => [number, outcome, error, bytesSent]),
			[
				[1, 'FAILED', 'first', 1],
				[2, 'FAILED', 'second', 1],
				[3, 'ACKED', undefined, 1],
			],
		);
	},
);

for (const [event, reason, keepsPayload] of [
	['reject', 'REJECTED', true],
	['exhaust', 'MAX_RETRIES', true],
	['missing', 'SEGMENT_MISSING', false],
	['corrupt', 'CORRUPT', false],
] as const) {
	storeTest(
		`${event} buries as ${reason}, ${keepsPayload ? 'with' : 'without'} the payload`,
		async (t, {store}) => {
			const [id = '' as SegmentId] = await fill(store, ['x']);
			await store.settle(await take(store), {acked: [], exceptions: [buried(0, event, 'so it is')]});
			t.like(recordOf(store, id), {state: 'deadletter', reason});
			t.is(recordOf(store, id).attempts[0]?.error, 'so it is');
			t.is(store.waitingBytes(peerA), 0);
			if (keepsPayload) {
				t.is(String(store.payload(id)?.bytes), 'x');
			} else {
				t.throws(() => store.payload(id), {code: 'SEGMENT_MISSING'});
			}
		},
	);
}

storeTest('a lease that is gone changes nothing, not even what was leased since', async (t, {store}) => {
	await fill(store, ten);
	const first = await take(store);
	t.true(await store.settle(first, {acked: [[0, 4]], exceptions: []}));
	const second = await take(store);
	t.false(await ackAll(store, first));
	t.is(await store.lease(peerA, BIG_WINDOW), undefined, 'the second lease still holds its records');
	t.like(store.depth(peerA), {acked: 5, inflight: 5});
	t.true(await ackAll(store, second));
});

storeTest('of two settlements at once the first counts', async (t, {store}) => {
	await fill(store, ten);
	const lease = await take(store);
	t.deepEqual(await Promise.all([ackAll(store, lease), release(store, lease)]), [true, false]);
	t.is(store.depth(peerA).acked, 10);
});

storeTest('settlements of many leases at once, not awaited one by one, all count', async (t, {store}) => {
	await fill(store, ten);
	const leases = [];
	for (let at = 0; at < 10; at++) {
		leases.push(await take(store, {...BIG_WINDOW, maxEntries: 1}));
	}
	t.true((await Promise.all(leases.map(lease => ackAll(store, lease)))).every(Boolean));
	t.is(store.depth(peerA).acked, 10);
});

const bugs: readonly (readonly [string, Parameters<Parameters<typeof take>[0]['settle']>[1]])[] = [
	['a range that ends outside', {acked: [[5, 10]], exceptions: []}],
	['a negative range', {acked: [[-1, 2]], exceptions: []}],
	['a range that runs backwards', {acked: [[4, 2]], exceptions: []}],
	[
		'ranges that overlap',
		{
			acked: [
				[0, 3],
				[3, 5],
			],
			exceptions: [],
		},
	],
	[
		'a range within another',
		{
			acked: [
				[0, 9],
				[2, 2],
			],
			exceptions: [],
		},
	],
	[
		'the whole lease within it again',
		{
			acked: [
				[2, 2],
				[0, 9],
			],
			exceptions: [],
		},
	],
	['an exception outside', {acked: [], exceptions: [fails(10)]}],
	['an exception that is acknowledged too', {acked: [[0, 9]], exceptions: [fails(3)]}],
	['an exception named twice', {acked: [], exceptions: [fails(3), fails(3)]}],
	['an exception with two fates', {acked: [], exceptions: [fails(3), buried(3)]}],
	['an exception named twice beside "all"', {acked: 'all', exceptions: [fails(3), fails(3)]}],
	['an exception with two fates beside "all"', {acked: 'all', exceptions: [fails(3), buried(3)]}],
];
for (const [what, settlement] of bugs) {
	storeTest(`${what} is a bug of the caller: it throws and the lease stands`, async (t, {store}) => {
		await fill(store, ten);
		const lease = await take(store);
		await t.throwsAsync(store.settle(lease, settlement));
		t.is(store.depth(peerA).inflight, 10);
		t.true(await ackAll(store, lease));
	});
}

storeTest('a lease of another store is refused', async (t, {store}) => {
	await fill(store, ['x']);
	const lease = await take(store);
	await t.throwsAsync(
		async () => store.settle({...lease, entry: () => lease.entry(0)}, {acked: [], exceptions: []}),
		{
			instanceOf: TypeError,
		},
	);
});

storeTest('an answer for a record that was cut out meanwhile is history only', async (t, {store}) => {
	const ids = await fill(store, ten);
	const lease = await take(store);
	t.true(await store.force(ids[4] as SegmentId, A));
	t.like(store.depth(peerA), {inflight: 9, deadletter: 1});
	await ackAll(store, lease);
	t.like(store.depth(peerA), {acked: 9, deadletter: 1});
	const record = recordOf(store, ids[4] as SegmentId);
	t.like(record, {state: 'deadletter', reason: 'FORCED'});
	t.deepEqual(
		record.attempts.map(({number, outcome, bytesSent}) => [number, outcome, bytesSent]),
		[[1, 'ACKED', 1]],
	);
	t.is(String(store.payload(ids[4] as SegmentId)?.bytes), '4', 'and it can still be retried');
});

storeTest('a failure of a record that was cut out meanwhile is not charged', async (t, {store}) => {
	const ids = await fill(store, ten);
	const lease = await take(store);
	await store.force(ids[4] as SegmentId, A);
	await store.settle(lease, {acked: [], exceptions: [fails(4), buried(5)]});
	t.like(recordOf(store, ids[4] as SegmentId), {state: 'deadletter', reason: 'FORCED', chargedFailures: 0});
	t.is(recordOf(store, ids[5] as SegmentId).reason, 'REJECTED');
	t.is(store.depth(peerA).scheduled, 8);
});

storeTest(
	'a record that was cut out, retried and leased again is settled by its own lease',
	async (t, {store}) => {
		const ids = await fill(store, ten);
		const cut = ids[4] as SegmentId;
		const first = await take(store);
		await store.force(cut, A);
		await store.retry(cut, A);
		const second = await take(store);
		t.deepEqual(leasedIds(second), [cut]);
		await ackAll(store, first);
		t.like(store.depth(peerA), {acked: 9, inflight: 1});
		await ackAll(store, second);
		t.is(recordOf(store, cut).state, 'acked');
		t.deepEqual(
			recordOf(store, cut).attempts.map(({outcome}) => outcome),
			['ACKED', 'ACKED'],
		);
	},
);

storeTest(
	'the payload stays until the last peer has it',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [A, B]});
		const [a, b] = [await take(store), await take(store, BIG_WINDOW, peerB)];
		await ackAll(store, a);
		t.is(String(store.payload(id)?.bytes), 'x');
		const live = store.space().liveBytes;
		await ackAll(store, b);
		t.is(store.space().liveBytes, live - 1);
		t.deepEqual(
			store.inspect(id).map(({state}) => state),
			['acked', 'acked'],
		);
	},
	{peerCount: 2},
);

storeTest(
	'without retention of proofs a delivered block leaves nothing',
	async (t, {store}) => {
		const ids = await fill(store, ten);
		await ackAll(store, await take(store));
		t.like(store.space(), {blocks: 0, liveBytes: 0});
		t.deepEqual(store.inspect(ids[0] as SegmentId), []);
		await fill(store, ten);
		const lease = await take(store);
		await store.settle(lease, {acked: [[0, 8]], exceptions: []});
		await ackAll(store, await take(store));
		await tendAll(store);
		t.like(store.space(), {blocks: 0, liveBytes: 0}, 'a block in two parts goes with the next tending');
		t.like(store.depth(peerA), {acked: 20, total: 20}, 'and is counted all the same');
	},
	{settings: {ackedRetentionMs: 0}},
);
