import type {ExecutionContext} from 'ava';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {StoreSettings} from '../../src/storage/handles.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {type SmallDisk, smallDisk, smallDiskTest} from '../helpers/small-disk.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	buried,
	draft,
	fails,
	fill,
	recordOf,
	release,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

const MIB = 2 ** 20;
const BALLAST = {ballastBytes: 2 * MIB};

type Opened = {readonly disk: SmallDisk; readonly store: LmdbStore; reopen(): Promise<LmdbStore>};

const onSmallDisk = async (t: ExecutionContext, settings: Partial<StoreSettings>): Promise<Opened> => {
	const disk = await smallDisk(t, 24);
	const clock = new FakeClock();
	const open = () => openTestStore(disk.stateDirectory, clock, settings);
	const opened = {
		disk,
		store: await open(),
		reopen: async () => {
			await opened.store.close();
			opened.store = await open();
			return opened.store;
		},
	};
	t.teardown(() => opened.store.close());
	await opened.store.registerPeers(['a' as PeerId]);
	return opened;
};

/** Everything that must go on, often enough to need more pages than the file has to spare. */
const workOn = async (store: LmdbStore, ids: readonly SegmentId[]): Promise<void> => {
	for (let at = 0; at < ids.length; at++) {
		const lease = await take(store, {maxBytes: 1, maxEntries: 1});
		const verdicts = [
			fails(0, 400 * 86_400_000, `no ${at} ${'x'.repeat(1000)}`),
			buried(0, 'reject', `no ${at}`),
		];
		const verdict = verdicts[at % 3];
		await store.settle(
			lease,
			verdict === undefined ? {acked: 'all', exceptions: []} : {acked: [], exceptions: [verdict]},
		);
	}
	for (const [at, id] of ids.entries()) {
		if (at % 3 === 0) {
			await store.force(id, A);
		} else if (at % 6 === 1) {
			await store.retry(id, A);
		} else if (at % 6 === 4) {
			await store.purge(id, A);
		}
	}
	await release(store, await take(store));
	while (await store.tend()) {
		// Whatever is due.
	}
};

const small = Array.from({length: 120}, (_, at) => `payload ${at}`);

smallDiskTest(
	'on a full disk leases, settlements, burials, retries and purges go on, on the room of the ballast',
	async t => {
		const opened = await onSmallDisk(t, BALLAST);
		const {disk, store} = opened;
		const ids = await fill(store, small);
		t.is(store.space().reserveBytes, 2 * MIB);
		disk.fillUp();
		t.is(disk.freeBytes(), 0);
		await workOn(store, ids);
		t.is(store.space().reserveBytes, 0, 'the file alone had not room enough');
		t.deepEqual(findViolations(store.handles), []);
		t.like(store.depth(), {failed: 0, acked: 40, inflight: 0});
		const refused = await t.throwsAsync(
			fill(store, ['new']),
			{code: 'STORAGE_FULL'},
			'the reserve is not for producers',
		);
		t.regex(
			refused?.message ?? '',
			/\d+ bytes are free on it and \d+ in the store's file, and 6291456 are needed \(of them 4194304 stay free for others, 2097152 to fill the reserve/,
		);
		t.false(await store.recover());
		disk.makeRoom();
		t.true(await store.recover());
		t.is(store.space().reserveBytes, 2 * MIB);
		t.is((await fill(store, ['new'])).length, 1);
		const again = await opened.reopen();
		t.deepEqual(findViolations(again.handles), []);
	},
);

smallDiskTest('without a ballast they do not: what the test before shows is its doing', async t => {
	const {disk, store} = await onSmallDisk(t, {ballastBytes: 0});
	const ids = await fill(store, small);
	disk.fillUp();
	await t.throwsAsync(workOn(store, ids), {code: 'STORAGE_FULL'});
	disk.makeRoom();
	t.true(await store.recover());
	t.deepEqual(findViolations(store.handles), []);
});

smallDiskTest('a store starts on a full disk, puts back what was inflight, and delivers', async t => {
	const opened = await onSmallDisk(t, BALLAST);
	const {disk} = opened;
	const ids = await fill(opened.store, small);
	await take(opened.store);
	disk.fillUp();
	const store = await opened.reopen();
	t.is(store.abandonedAtStart, small.length);
	const told: string[] = [];
	store.onFull(({code}) => told.push(code));
	t.deepEqual(told, ['STORAGE_FULL'], 'whoever asks later is told too');
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), small);
	await ackAll(store, lease);
	t.is(recordOf(store, ids[0] as SegmentId).state, 'acked');
	disk.makeRoom();
	t.true(await store.recover());
	t.deepEqual(findViolations(store.handles), []);
});

smallDiskTest(
	'an enqueue that fills the disk is refused whole, and what was stored before is whole',
	async t => {
		const opened = await onSmallDisk(t, BALLAST);
		const {disk, store} = opened;
		const full: string[] = [];
		store.onFull(({code}) => full.push(code));
		const ids = await fill(store, small);
		const {room} = store.handles;
		const admit = room.admit.bind(room);
		room.admit = bytes => room.isShort && admit(bytes); // As if the disk filled up only while it was written.
		disk.fillUp(MIB);
		const drafts = Array.from({length: 40}, () => draft(store, 'x'.repeat(60_000)));
		const results = await Promise.allSettled([store.enqueue(drafts, 'all'), fill(store, ['y'])]);
		t.deepEqual(
			results.map(result => result.status === 'rejected' && result.reason.code),
			['STORAGE_FULL', 'STORAGE_FULL'],
		);
		t.deepEqual(full, ['STORAGE_FULL']);
		t.is(store.space().reserveBytes, 2 * MIB, 'a producer does not get the reserve');
		t.is(store.depth().total, small.length);
		t.deepEqual(textsOf(store, await take(store)), small);
		disk.makeRoom();
		t.true(await store.recover());
		t.is((await store.enqueue(drafts, 'all')).count, 40);
		t.deepEqual(findViolations((await opened.reopen()).handles), []);
		t.is(recordOf(opened.store, ids[0] as SegmentId).state, 'scheduled');
	},
);

smallDiskTest('little room on the disk refuses what does not fit, and not what does', async t => {
	const {disk, store} = await onSmallDisk(t, BALLAST);
	disk.fillUp(6 * MIB);
	const large = Array.from({length: 4}, () => draft(store, Buffer.alloc(MIB)));
	const [refused, taken] = await Promise.allSettled([store.enqueue(large, 'all'), fill(store, ['small'])]);
	t.like(refused, {reason: {code: 'STORAGE_FULL', details: {floor_bytes: 4 * MIB, reserve_lack_bytes: 0}}});
	t.regex(String((refused as PromiseRejectedResult).reason), /\(of them 4194304 stay free for others\)/);
	t.is(taken.status, 'fulfilled');
	t.false(store.handles.room.isShort, 'that is no shortage yet');
});

smallDiskTest('pages that the file has to spare are as good as room on the disk', async t => {
	const {disk, store} = await onSmallDisk(t, BALLAST);
	const payloads = Array.from({length: 60}, (_, at) => Buffer.alloc(100_000, `${at}`));
	await fill(store, payloads);
	await ackAll(store, await take(store, {maxBytes: 100 * MIB, maxEntries: 1000}));
	disk.fillUp();
	t.true(await store.recover(), 'there is no reserve but those pages');
	for (let at = 0; at < 10; at++) {
		await fill(store, [`${at}`]);
	}
	t.is(disk.freeBytes(), 0);
	await t.throwsAsync(fill(store, [...payloads, ...payloads]), {code: 'STORAGE_FULL'});
	t.false(store.handles.room.isShort, 'that was one call that was too large');
});
