import type {SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {openStore} from '../../src/storage/open-store.js';
import {BIG_WINDOW, type StoreFixture, testSettings} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	fails,
	fill,
	leasedIds,
	peerA,
	peerB,
	recordOf,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

/** Ends the run with its leases open and begins the next. */
const endBy = async (fixture: StoreFixture, isOwnCrash: boolean): Promise<LmdbStore> => {
	await fixture.store.close();
	fixture.store = await openStore({
		stateDirectory: fixture.directory,
		clock: fixture.clock,
		settings: testSettings,
		pid: process.pid,
		failStop: why => {
			throw new Error(why);
		},
		lastEnd: () => ({isOwnCrash, maxAbandons: 5}),
	});
	return fixture.store;
};
const crash = (fixture: StoreFixture): Promise<LmdbStore> => endBy(fixture, true);

/** Sends everything until `poison` would be sent, which crashes the run; tells the sizes of the leases that held it. */
const sendUntilBuried = async (
	fixture: StoreFixture,
	poison: SegmentId,
	most: number,
): Promise<readonly number[]> => {
	const sizes: number[] = [];
	for (let round = 0; round < most; round++) {
		let lease = await fixture.store.lease(peerA, BIG_WINDOW);
		while (lease !== undefined && !leasedIds(lease).includes(poison)) {
			await ackAll(fixture.store, lease);
			lease = await fixture.store.lease(peerA, BIG_WINDOW);
		}
		if (lease === undefined) {
			return sizes;
		}
		sizes.push(lease.entryCount);
		await crash(fixture);
	}
	return sizes;
};

storeTest(
	'a record that crashes the daemon each time it is sent is closed in on and buried; all others get through',
	async (t, fixture) => {
		const ids = await fill(
			fixture.store,
			Array.from({length: 700}, (_, at) => `text ${at}`),
		);
		const poison = ids[333] as SegmentId;
		const sizes = await sendUntilBuried(fixture, poison, 30);
		t.deepEqual(sizes.slice(0, 5), [700, 128, 16, 2, 1]);
		t.deepEqual(sizes.slice(4), Array(6).fill(1), 'alone in more than five crashes');
		t.like(recordOf(fixture.store, poison), {state: 'deadletter', reason: 'CRASH_LOOP', abandons: 10});
		t.like(fixture.store.depth(peerA), {acked: 699, deadletter: 1, scheduled: 0});
		await fixture.store.retry(poison, A);
		t.is((await take(fixture.store)).entryCount, 1, 'an operator may try it again');
	},
);

storeTest('kills from outside and power cuts bury nobody, and do not end a suspicion', async (t, fixture) => {
	const [id = ''] = await fill(fixture.store, ['x', 'y']);
	for (let round = 0; round < 20; round++) {
		t.is((await take(fixture.store)).entryCount, 2);
		await endBy(fixture, false);
	}
	t.like(recordOf(fixture.store, id as SegmentId), {state: 'scheduled', abandons: 20, chargedFailures: 0});
	for (let round = 0; round < 4; round++) {
		await take(fixture.store);
		await crash(fixture);
	}
	t.is((await take(fixture.store)).entryCount, 1);
	await endBy(fixture, false);
	t.is((await take(fixture.store)).entryCount, 1, 'still suspected');
});

storeTest('a suspect that fails in an ordinary way is none any more', async (t, fixture) => {
	await fill(fixture.store, ['x', 'y', 'z']);
	await take(fixture.store);
	for (let round = 0; round < 3; round++) {
		await crash(fixture);
		await take(fixture.store);
	}
	await crash(fixture);
	for (let each = 0; each < 3; each++) {
		const lease = await take(fixture.store);
		t.is(lease.entryCount, 1);
		await fixture.store.settle(lease, {acked: [], exceptions: [fails(0, 1000)]});
	}
	fixture.clock.advance(2000);
	const sizes: number[] = [];
	for (let lease = await fixture.store.lease(peerA, BIG_WINDOW); lease !== undefined; ) {
		sizes.push(lease.entryCount);
		lease = await fixture.store.lease(peerA, BIG_WINDOW);
	}
	t.deepEqual(sizes, [3]);
});

storeTest(
	'suspects are sent alone one at a time, whatever their peer: a crash counts against one record only',
	async (t, fixture) => {
		const {store} = fixture;
		await fill(store, ['innocent'], {to: [A]});
		await fill(store, ['poison'], {to: [B]});
		const leaseBoth = async (): Promise<number[]> => {
			const leases = await Promise.all(
				([peerA, peerB] as PeerNo[]).map(peer => fixture.store.lease(peer, BIG_WINDOW)),
			);
			return leases.map(lease => lease?.entryCount ?? 0);
		};
		for (let round = 0; round < 4; round++) {
			t.deepEqual(await leaseBoth(), [1, 1], 'as long as they are not suspected of being it alone');
			await crash(fixture);
		}
		const first = await fixture.store.lease(peerA, BIG_WINDOW);
		t.is(await fixture.store.lease(peerB, BIG_WINDOW), undefined, 'it waits until the other is through');
		const woken: PeerNo[] = [];
		fixture.store.onWork(peer => woken.push(peer));
		await ackAll(fixture.store, first as NonNullable<typeof first>);
		t.true(woken.includes(peerB));
		for (let round = 0; round < 2; round++) {
			t.is((await take(fixture.store, BIG_WINDOW, peerB)).entryCount, 1);
			await crash(fixture);
		}
		t.is(fixture.store.deadletterCounts(peerB).CRASH_LOOP, 1);
		t.like(fixture.store.depth(peerA), {acked: 1, deadletter: 0});
	},
	{peerCount: 2},
);

storeTest('fresh records do not wait for a suspect to be sent alone', async (t, fixture) => {
	await fill(fixture.store, ['suspect']);
	for (let round = 0; round < 4; round++) {
		await take(fixture.store);
		await crash(fixture);
	}
	t.is((await take(fixture.store)).entryCount, 1);
	await fill(fixture.store, ['a', 'b', 'c']);
	t.is((await take(fixture.store)).entryCount, 3);
});
