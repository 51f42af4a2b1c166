import test, {type ExecutionContext} from 'ava';
import {Replays} from '../../src/deadletter/replays.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {Replay, ReplayOrder} from '../../src/storage/store.js';
import {type StoreFixture, storeFixture} from '../helpers/store-fixture.js';
import {A, buried, draft, leasedIds, take} from '../helpers/store-verbs.js';

const silent = {warn() {}};

/** `count` deadletters `s0`, `s1`, ..., and what carries paced retries on. */
const graveyard = async (t: ExecutionContext, count: number) => {
	const fixture = await storeFixture(t);
	const {store, clock} = fixture;
	const drafts = Array.from({length: count}, (_, n) => draft(store, `payload ${n}`, {id: `s${n}`}));
	for (let from = 0; from < count; from += 1000) {
		await store.enqueue(drafts.slice(from, from + 1000), 'all');
		const lease = await take(store);
		await store.settle(lease, {
			acked: [],
			exceptions: Array.from({length: lease.entryCount}, (_, index) => buried(index)),
		});
	}
	const done: Replay[] = [];
	const open = (onDone = async (replay: Replay): Promise<void> => void done.push(replay)): Replays =>
		new Replays({
			book: fixture.store.replays,
			clock,
			logger: silent,
			onDone,
			onBug: error => t.fail(String(error)),
		});
	const replays = open();
	await replays.start();
	t.teardown(() => replays.stop());
	return {fixture, replays, open, done};
};

const order = (
	ratePerSecond: number,
	matched: number,
	selector: ReplayOrder['selector'] = {},
): ReplayOrder => ({
	selector,
	ratePerSecond,
	matched,
});

/** Lets time pass, and with each piece of it what falls due be written. */
const pass = async ({clock, store}: StoreFixture, ms: number, piece = 50): Promise<void> => {
	for (let passed = 0; passed < ms; passed += piece) {
		clock.advance(piece);
		await settled({store});
	}
};

/** What was begun before is on disk: commits come in their order. */
const settled = async ({store}: Pick<StoreFixture, 'store'>): Promise<void> => {
	for (let turn = 0; turn < 2; turn++) {
		await store.writeSetting('turn', turn);
		await new Promise(resolve => setImmediate(resolve));
	}
};

const retried = (replays: Replays): number => replays.all()[0]?.retried ?? -1;

test('so many a second go back, and then it is done', async t => {
	const {fixture, replays, done} = await graveyard(t, 25);
	await replays.begin(order(10, 25));
	await pass(fixture, 1000);
	t.true(Math.abs(retried(replays) - 10) <= 1, `${retried(replays)} after a second`);
	t.is(fixture.store.depth().scheduled, retried(replays));
	await pass(fixture, 2000);
	t.like(replays.all()[0], {state: 'done', retried: 25, refused: 0, isTold: true});
	t.deepEqual(
		done.map(({id}) => id),
		['job-1'],
	);
	t.deepEqual(
		leasedIds(await take(fixture.store)),
		Array.from({length: 25}, (_, n) => `s${n}` as SegmentId),
	);
});

test('they are sent in the order of their enqueues, in whatever order they died', async t => {
	const {fixture, replays} = await graveyard(t, 0);
	const {store, clock} = fixture;
	const names = Array.from({length: 20}, (_, n) => `s${n}` as SegmentId);
	for (const part of [names.slice(0, 12), names.slice(12, 13), names.slice(13)]) {
		await store.enqueue(
			part.map(id => draft(store, id, {id})),
			'all',
		);
	}
	for (const id of [...names.slice(7), ...names.slice(0, 7)].reverse()) {
		clock.advance(500);
		await store.force(id, A);
	}
	await replays.begin(order(4, 20));
	const sent: SegmentId[] = [];
	for (let round = 0; round < 60; round++) {
		await pass(fixture, 100);
		const lease = await store.lease(fixture.peers[0] as never, {maxBytes: 2 ** 20, maxEntries: 10});
		if (lease !== undefined) {
			sent.push(...leasedIds(lease));
			await store.settle(lease, {acked: 'all', exceptions: []});
		}
	}
	t.deepEqual(sent, names);
});

for (const [rate, ms, least, most] of [
	[0.5, 4100, 2, 2],
	[3000, 1000, 2200, 3000],
	[20_000, 300, 2500, 2500],
] as const) {
	test(`a rate of ${rate} a second is kept`, async t => {
		const {fixture, replays} = await graveyard(t, rate > 1 ? (rate > 5000 ? 2500 : 3500) : 5);
		await replays.begin(order(rate, 5));
		await pass(fixture, ms, 10);
		const count = retried(replays);
		t.true(count >= least && count <= most, `${count}`);
	});
}

test('what dies again is not retried again, and what dies meanwhile is left alone', async t => {
	const {fixture, replays} = await graveyard(t, 6);
	const {store, clock} = fixture;
	await replays.begin(order(2, 6));
	for (let round = 0; round < 40; round++) {
		await pass(fixture, 100);
		clock.jump(-3_600_000); // What dies now lies before what was dead when it began.
		const lease = await store.lease(fixture.peers[0] as never, {maxBytes: 2 ** 20, maxEntries: 10});
		if (lease !== undefined) {
			await store.settle(lease, {
				acked: [],
				exceptions: Array.from({length: lease.entryCount}, (_, index) => buried(index)),
			});
		}
	}
	t.like(replays.all()[0], {state: 'done', retried: 6});
	for (let n = 0; n < 6; n++) {
		t.is(store.inspect(`s${n}` as SegmentId, A)[0]?.attempts.length, 2, 'once each');
	}
});

test('over a restart it goes on where it was, at its rate, whatever the wall clock shows', async t => {
	const {fixture, replays, open} = await graveyard(t, 40);
	await replays.begin(order(10, 40));
	await pass(fixture, 1000);
	const before = retried(replays);
	await replays.stop();
	await pass(fixture, 5000);
	t.is(retried(replays), before, 'stopped is stopped');
	await fixture.reopen();
	fixture.clock.jump(86_400_000);
	const again = open();
	await again.start();
	await pass(fixture, 1000);
	const after = retried(again);
	t.true(
		after - before >= 9 && after - before <= 16,
		`${after - before} in the second after: no more than half a second is made up for`,
	);
	await pass(fixture, 4000);
	t.like(again.all()[0], {state: 'done', retried: 40});
	await again.stop();
});

test('what has no payload is counted as refused and costs no turn', async t => {
	const {fixture, replays} = await graveyard(t, 3);
	const {store} = fixture;
	await store.enqueue([draft(store, 'gone', {id: 'gone'})], 'all');
	await store.settle(await take(store), {acked: [], exceptions: [buried(0, 'missing')]});
	await replays.begin(order(100, 4));
	await pass(fixture, 1000);
	t.like(replays.all()[0], {state: 'done', retried: 3, refused: 1});
	t.is(store.depth().deadletter, 1);
});

test('a cancelled one stops at once and stays so over a restart', async t => {
	const {fixture, replays, open, done} = await graveyard(t, 20);
	const {id} = await replays.begin(order(10, 20));
	await pass(fixture, 500);
	t.like(await replays.cancel(id), {state: 'cancelled'});
	const count = retried(replays);
	await pass(fixture, 1000);
	await fixture.reopen();
	const again = open();
	await again.start();
	await pass(fixture, 1000);
	t.is(retried(again), count);
	t.deepEqual(done, [], 'whoever cancelled it knows');
	await t.throwsAsync(again.cancel('job-7'), {code: 'NOT_FOUND'});
	await again.stop();
});

test('an end that could not be told is told after the restart', async t => {
	const {fixture, replays, open, done} = await graveyard(t, 1);
	await replays.stop();
	const failing = open(async () => {
		throw new EdgedError('STORAGE_FAILED', 'no room for the trail');
	});
	await failing.start();
	await failing.begin(order(100, 1));
	await pass(fixture, 500);
	t.like(failing.all()[0], {state: 'done', isTold: undefined});
	await failing.stop();
	await fixture.reopen();
	const again = open();
	await again.start();
	await pass(fixture, 100);
	t.deepEqual(
		done.map(({id}) => id),
		['job-1'],
	);
	t.true(again.all()[0]?.isTold);
	await again.stop();
});

test('a filter and its job are one: labels of many that do not match cost no turn', async t => {
	const {fixture, replays} = await graveyard(t, 10);
	await replays.begin(order(1, 0, {label: {name: 'kind', value: 'image'}}));
	await pass(fixture, 1100);
	t.like(replays.all()[0], {state: 'done', retried: 0, refused: 0});
});

test('the list keeps the last ended ones, and too many at once are refused', async t => {
	const {fixture, replays} = await graveyard(t, 0);
	for (let n = 0; n < 25; n++) {
		await replays.begin(order(1000, 0));
		await pass(fixture, 300);
	}
	t.is(replays.all().length, 20);
	t.is(replays.all().at(-1)?.id, 'job-25');
	for (let n = 0; n < 16; n++) {
		await replays.begin(order(0.001, 0));
	}
	await t.throwsAsync(replays.begin(order(1, 0)), {code: 'BUSY'});
});
