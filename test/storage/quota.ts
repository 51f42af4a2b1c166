import type {SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {readQuota} from '../../src/storage/quota-rows.js';
import type {Lease, QuotaLimits} from '../../src/storage/store.js';
import type {FakeClock} from '../helpers/fake-clock.js';
import {flip, keysOf} from '../helpers/flip.js';
import {
	A,
	ackAll,
	B,
	fails,
	fill,
	fillOneByOne,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Of a payload of 1,000 bytes with nothing around it. */
const CHARGE = 1033;
const WINDOW = {
	maxBytes: 2 ** 20,
	maxEntries: 4096,
	overhead: {perLease: 0, perEntry: 0, perMetadataByte: 0},
};
const thousand = (letter: string): string => letter.repeat(1000);
const thousands = (letters: string): string[] => [...letters].map(thousand);

const limit = (store: LmdbStore, over: Partial<QuotaLimits>): void => {
	store.quota.limit({policy: 'defer', reservePercent: 0, totalBytes: 0, peers: new Map(), ...over});
};
/** Enqueues what would be refused under the present quotas. */
const stock: typeof fill = async (store, ...what) => {
	const {limits} = store.handles.quota;
	limit(store, {});
	const ids = await fill(store, ...what);
	store.quota.limit(limits);
	return ids;
};
const leaseOf = (store: LmdbStore, peer: PeerNo = peerA): Promise<Lease | undefined> =>
	store.lease(peer, WINDOW);
const settleFor = (store: LmdbStore, lease: Lease, bytesSent: number): Promise<boolean> =>
	store.settle(lease, {acked: 'all', exceptions: [], bytesSent});
/** The first letter of each payload. */
const lettersOf = (store: LmdbStore, lease: Lease): string =>
	textsOf(store, lease)
		.map(text => text[0])
		.join('');
const rowsOf = ({handles: {env}}: LmdbStore): number => readQuota(env).length;

storeTest('a lease counts what it may come to, and its settlement what left', async (t, {store}) => {
	await fill(store, thousands('ab'));
	const lease = await take(store, WINDOW);
	t.is(lease.chargedBytes, 2 * CHARGE - 1);
	t.is(store.quota.use(A).usedBytes, 2 * CHARGE - 1);
	t.is(store.quota.use().usedBytes, 2 * CHARGE - 1);
	t.is(rowsOf(store), 0, 'the lease itself is the charge');
	await settleFor(store, lease, 2500);
	t.is(store.quota.use(A).usedBytes, 2500);
	t.is(store.quota.use().usedBytes, 2500);
	t.is(rowsOf(store), 2);
});

storeTest('a lease is charged for what goes around a payload', async (t, {store}) => {
	await fill(store, [thousand('a'), thousand('b')], {contentType: 'text/plain'});
	const overhead = {perLease: 100, perEntry: 10, perMetadataByte: 3};
	const lease = await take(store, {...WINDOW, overhead});
	t.is(lease.chargedBytes, 100 + 2000 + 63 + 2 * (10 + 1) + 3 * 26);
});

storeTest('what was released and what failed counts too, when bytes have left', async (t, {store}) => {
	await fill(store, thousands('a'));
	await store.settle(await take(store, WINDOW), {acked: [], exceptions: [], bytesSent: 600});
	await store.settle(await take(store, WINDOW), {acked: [], exceptions: [fails(0)], bytesSent: 500});
	t.is(store.quota.use(A).usedBytes, 1100);
});

storeTest('a settlement that does not know what left counts the whole charge', async (t, {store}) => {
	await fill(store, thousands('a'));
	await ackAll(store, await take(store, WINDOW));
	t.is(store.quota.use(A).usedBytes, CHARGE);
});

storeTest('a restart keeps what was sent, and counts an open lease whole', async (t, fixture) => {
	await fill(fixture.store, thousands('ab'));
	await settleFor(fixture.store, await take(fixture.store, {...WINDOW, maxEntries: 1}), 700);
	await take(fixture.store, WINDOW);
	const store = await fixture.reopen();
	t.is(store.quota.use(A).usedBytes, 700 + CHARGE);
	t.is(store.quota.use().usedBytes, 700 + CHARGE);
	t.is(store.depth(peerA).inflight, 0);
	const again = await fixture.reopen();
	t.is(again.quota.use(A).usedBytes, 700 + CHARGE, 'once');
});

storeTest('no lease passes the quota, and what does not fit waits without a write', async (t, {store}) => {
	limit(store, {peers: new Map([[A, 3 * CHARGE]])});
	await stock(store, thousands('abcd'));
	const lease = await take(store, WINDOW);
	t.is(lettersOf(store, lease), 'abc');
	const before = store.handles.numbers.blockLimit;
	const commits = store.handles.env.meta.get('clock');
	t.is(await leaseOf(store), undefined);
	t.is(await leaseOf(store), undefined);
	t.deepEqual(store.handles.env.meta.get('clock'), commits);
	t.is(store.handles.numbers.blockLimit, before);
	t.like(store.quota.waitOf(peerA), {
		limit: 'peer',
		neededBytes: CHARGE,
		quotaBytes: 3 * CHARGE,
		usedBytes: 3 * CHARGE,
		inMs: undefined,
	});
	t.is(store.quota.use(A).deferCount, 1, 'one wait, however often it is looked for');
	await settleFor(store, lease, 2000);
	t.is(lettersOf(store, await take(store, WINDOW)), 'd', 'less had left than was charged');
	t.is(store.quota.waitOf(peerA), undefined);
	t.is(store.quota.use(A).deferCount, 1);
});

for (const [what, act] of [
	['forced', async (store, id) => store.force(id, A)],
	['forced with all that waits', async store => store.forceWaiting(A, 1)],
	[
		'expired',
		async (store, _, clock) => {
			clock.advance(60_000);
			return store.tend();
		},
	],
] as [string, (store: LmdbStore, id: SegmentId, clock: FakeClock) => Promise<unknown>][]) {
	storeTest(`when what waits for budget is ${what}, the lane is told to look again`, async (t, fixture) => {
		const {store, clock} = fixture;
		limit(store, {totalBytes: 2 * CHARGE});
		const ids = await stock(store, [thousand('a').repeat(2)], {expiresInMs: 1000});
		await store.quota.note(peerA, 500);
		t.is(await leaseOf(store), undefined);
		const told: PeerNo[] = [];
		store.onWork(peer => told.push(peer));
		await act(store, ids[0] as SegmentId, clock);
		t.is(store.depth(peerA).deadletter, 1);
		t.deepEqual(told, [peerA]);
	});
}

storeTest('budget returns a day after it was spent, and not before', async (t, {store, clock}) => {
	limit(store, {totalBytes: 2100});
	await stock(store, thousands('abc'));
	await settleFor(store, await take(store, {...WINDOW, maxEntries: 1}), 900);
	clock.advance(90 * MINUTE);
	await settleFor(store, await take(store, WINDOW), 1000);
	t.is(await leaseOf(store), undefined);
	const wait = store.quota.waitOf(peerA);
	t.like(wait, {limit: 'total', usedBytes: 1900});
	const inMs = wait?.inMs ?? 0;
	t.true(inMs >= DAY - 90 * MINUTE && inMs <= DAY - 85 * MINUTE, `${inMs}`);
	clock.jump(400 * DAY);
	t.is(await leaseOf(store), undefined, 'the wall clock has nothing to say');
	clock.jump(-900 * DAY);
	clock.advance(inMs - 1);
	t.is(await leaseOf(store), undefined);
	t.is(store.quota.use().usedBytes, 1900);
	clock.advance(1);
	t.is(store.quota.use().usedBytes, 1000);
	const lease = await take(store, WINDOW);
	t.is(lettersOf(store, lease), 'c');
	await settleFor(store, lease, 1000);
	clock.advance(DAY + 5 * MINUTE);
	t.is(store.quota.use().usedBytes, 0);
	await stock(store, ['x']);
	await ackAll(store, await take(store, WINDOW));
	t.is(rowsOf(store), 2, 'rows of former days are gone');
});

storeTest('over a restart the budget comes back by the age clock', async (t, fixture) => {
	await fill(fixture.store, thousands('a'));
	await settleFor(fixture.store, await take(fixture.store, WINDOW), 1000);
	fixture.clock.jump(-50 * DAY);
	t.is((await fixture.reopen()).quota.use().usedBytes, 1000, 'a clock set back brings nothing back');
	fixture.clock.jump(DAY + 5 * MINUTE);
	t.is((await fixture.reopen()).quota.use().usedBytes, 0);
});

storeTest(
	'the total binds all peers together, and whoever waits is told when a charge is corrected',
	async (t, {store}) => {
		limit(store, {totalBytes: 2 * CHARGE});
		await stock(store, thousands('ab'));
		await stock(store, thousands('xy'), {to: [B]});
		const first = await take(store, {...WINDOW, maxEntries: 1});
		const second = await take(store, {...WINDOW, maxEntries: 1}, peerB);
		t.is(await leaseOf(store), undefined);
		t.is(await leaseOf(store, peerB), undefined);
		t.is(store.quota.use().deferCount, 2);
		const told: PeerNo[] = [];
		store.onWork(peer => told.push(peer));
		await settleFor(store, first, 0);
		t.deepEqual([...new Set(told)], [peerA, peerB]);
		t.is(lettersOf(store, await take(store, WINDOW, peerB)), 'y');
		await release(store, second);
	},
	{peerCount: 2},
);

storeTest('the reserve is for urgent segments alone', async (t, {store}) => {
	limit(store, {totalBytes: 3 * CHARGE, reservePercent: 50});
	await stock(store, thousands('ab'));
	await stock(store, thousands('cd'), {classNo: 1});
	await settleFor(store, await take(store, WINDOW), CHARGE);
	t.is(await leaseOf(store), undefined);
	t.like(store.quota.waitOf(peerA), {classNo: 1, quotaBytes: Math.floor(1.5 * CHARGE)});
	await stock(store, thousands('uv'), {classNo: 0});
	const urgent = await take(store, WINDOW);
	t.is(lettersOf(store, urgent), 'uv');
	await settleFor(store, urgent, 2 * CHARGE);
	await stock(store, thousands('w'), {classNo: 0});
	t.is(await leaseOf(store), undefined);
	t.like(store.quota.waitOf(peerA), {classNo: 0, quotaBytes: 3 * CHARGE});
});

storeTest('a larger quota set live is in force at once', async (t, {store}) => {
	limit(store, {totalBytes: CHARGE});
	await stock(store, thousands('ab'));
	await settleFor(store, await take(store, WINDOW), CHARGE);
	t.is(await leaseOf(store), undefined);
	limit(store, {totalBytes: 2 * CHARGE});
	t.is(store.quota.waitOf(peerA), undefined);
	t.is(lettersOf(store, await take(store, WINDOW)), 'b');
});

storeTest(
	'a segment that can never fit is refused, with the figures',
	async (t, {store}) => {
		limit(store, {totalBytes: 100_000, reservePercent: 50, peers: new Map([[B, 10_000]])});
		const large = 'x'.repeat(60_000);
		const error = await t.throwsAsync(fill(store, ['small', large]), {code: 'TOO_LARGE'});
		t.regex(error?.message ?? '', /takes 6\d{4} bytes of the daily quota of a, which has 50000/);
		await fill(store, [large], {classNo: 0});
		await t.throwsAsync(fill(store, ['x'.repeat(10_000)], {classNo: 0, to: [A, B]}), {
			message: /the daily quota of b, which has 10000/,
		});
		t.is(store.depth(peerA).total, 1);
		limit(store, {});
		await fill(store, [large]);
	},
	{peerCount: 2},
);

storeTest(
	'what can never fit since the quota shrank is buried as QUOTA, and the rest goes on',
	async (t, {store}) => {
		const [, large = ''] = await stock(store, [thousand('a'), 'x'.repeat(9000), thousand('b')]);
		const [larger = ''] = await stock(store, ['y'.repeat(9000)]);
		await stock(store, thousands('c'));
		limit(store, {totalBytes: 8000});
		const lease = await take(store, WINDOW);
		t.is(lettersOf(store, lease), 'a');
		await settleFor(store, lease, 1000);
		t.is(lettersOf(store, await take(store, WINDOW)), 'b');
		t.is(lettersOf(store, await take(store, WINDOW)), 'c');
		for (const id of [large, larger] as SegmentId[]) {
			t.like(recordOf(store, id), {state: 'deadletter', reason: 'QUOTA', sizeBytes: 9000});
		}
		t.is(store.deadletterCounts(peerA).QUOTA, 2);
		t.is(store.quota.use(A).dropCount, 2);
		limit(store, {});
		await store.retry(large as SegmentId, A);
		t.is(lettersOf(store, await take(store, WINDOW)), 'x');
		t.is(store.quota.use(A).dropCount, 2, 'drops are counted for good');
	},
);

storeTest('under deadletter what is beyond the quota is buried, in one group a block', async (t, fixture) => {
	const {store} = fixture;
	const ids = await fill(store, thousands('abcdefgh'));
	const alone = await fillOneByOne(store, thousands('ij'));
	limit(store, {totalBytes: 3 * CHARGE, policy: 'deadletter'});
	const lease = await take(store, WINDOW);
	t.is(lettersOf(store, lease), 'abc');
	t.is(await leaseOf(store), undefined);
	t.is(store.depth(peerA).deadletter, 0, 'what is being sent may turn out to cost less');
	await settleFor(store, lease, 2000);
	const more = await take(store, WINDOW);
	t.is(lettersOf(store, more), 'd');
	await settleFor(store, more, 1000);
	t.is(await leaseOf(store), undefined);
	t.like(store.depth(peerA), {acked: 4, deadletter: 6, total: 10, scheduled: 0});
	t.is(store.deadletterCounts().QUOTA, 6);
	t.is(keysOf(store, 'groups').length, 3);
	t.like(recordOf(store, ids[7] as SegmentId), {reason: 'QUOTA', attempts: []});
	t.is((await fixture.reopen()).quota.use(A).dropCount, 6);
	limit(fixture.store, {});
	await fixture.store.retryMatching({reason: 'QUOTA'}, 1000);
	t.is(lettersOf(fixture.store, await take(fixture.store, WINDOW)), 'efghij');
	t.is(alone.length, 2);
});

storeTest('a failed record that is due is buried too when the quota is spent', async (t, {store, clock}) => {
	limit(store, {totalBytes: 2 * CHARGE, policy: 'deadletter'});
	const [id = ''] = await stock(store, thousands('a'));
	await store.settle(await take(store, WINDOW), {
		acked: [],
		exceptions: [fails(0, 1000)],
		bytesSent: 2 * CHARGE,
	});
	clock.advance(1000);
	t.is(await leaseOf(store), undefined);
	t.like(recordOf(store, id as SegmentId), {state: 'deadletter', reason: 'QUOTA', chargedFailures: 1});
	t.is(recordOf(store, id as SegmentId).attempts.length, 1);
});

storeTest('smaller segments behind one that is buried are still sent', async (t, {store}) => {
	limit(store, {totalBytes: 2000, policy: 'deadletter'});
	await stock(store, [thousand('a'), thousand('b'), 'c', thousand('d'), 'e']);
	await settleFor(store, await take(store, WINDOW), 1500);
	const lease = await take(store, WINDOW);
	t.is(lettersOf(store, lease), 'c');
	await settleFor(store, lease, 10);
	t.is(lettersOf(store, await take(store, WINDOW)), 'e');
	t.is(store.deadletterCounts(peerA).QUOTA, 2);
});

storeTest(
	'more than a lease was charged is durable before it leaves, and refused beyond the quota',
	async (t, fixture) => {
		const {store} = fixture;
		limit(store, {totalBytes: 2000});
		await stock(store, thousands('a'));
		const lease = await take(store, WINDOW);
		t.true(await store.quota.chargeMore(lease, 500));
		t.is(store.quota.use(A).usedBytes, CHARGE + 500);
		t.false(await store.quota.chargeMore(lease, 500));
		t.is(store.quota.use(A).usedBytes, CHARGE + 500);
		await store.settle(lease, {acked: [], exceptions: [], bytesSent: 1400});
		t.is(store.quota.use(A).usedBytes, 1400);
		t.false(await store.quota.chargeMore(lease, 1), 'it is settled');
		t.is(await leaseOf(store), undefined);
		const next = await fixture.reopen();
		t.is(next.quota.use(A).usedBytes, 1400);
	},
);

storeTest('what belongs to no lease is booked ahead, once in five minutes', async (t, fixture) => {
	const {store, clock} = fixture;
	await store.quota.note(peerA, 300);
	const booked = store.quota.use(A).usedBytes;
	t.true(booked >= 300);
	const before = store.handles.env.meta.get('clock');
	clock.advance(1000);
	await store.quota.note(peerA, 300);
	t.is(store.quota.use(A).usedBytes, booked);
	t.deepEqual(store.handles.env.meta.get('clock'), before, 'nothing is written');
	await store.quota.note(peerA, 20_000);
	t.true(store.quota.use(A).usedBytes >= 20_600);
	clock.advance(5 * MINUTE);
	const then = store.quota.use(A).usedBytes;
	await store.quota.note(peerA, 1);
	t.true(store.quota.use(A).usedBytes > then, 'what was booked in former minutes is not spent in later ones');
	t.is((await fixture.reopen()).quota.use(A).usedBytes, store.quota.use(A).usedBytes);
});

for (const [what, of] of [
	['a peer', peerA],
	['the total', 0 as PeerNo],
] as const) {
	storeTest(
		`a damaged count of ${what} is told by the others`,
		async (t, fixture) => {
			await fill(fixture.store, thousands('a'));
			await fill(fixture.store, thousands('b'), {to: [B]});
			await settleFor(fixture.store, await take(fixture.store, WINDOW), 700);
			await settleFor(fixture.store, await take(fixture.store, WINDOW, peerB), 400);
			const key = keysOf(fixture.store, 'meta').find(
				each => Array.isArray(each) && each[0] === 'quota' && each[1] === of,
			);
			await flip(fixture.store, 'meta', key as never, 3);
			const store = await fixture.reopen();
			t.is(store.quota.use(A).usedBytes, 700);
			t.is(store.quota.use().usedBytes, 1100);
			t.deepEqual(findViolations(store.handles), []);
		},
		{peerCount: 2},
	);
}
