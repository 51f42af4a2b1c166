import type {SegmentId} from '../../src/outbound/names.js';
import type {BlockNo} from '../../src/outbound/units.js';
import {thinnedBlocks} from '../../src/storage/kept-entries.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {META_THINNED} from '../../src/storage/meta-keys.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	fails,
	fill,
	leasedIds,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const KIB = 1024;
const text = (at: number): string => `${at} `.padEnd(2 * KIB, 'x');
const texts = Array.from({length: 100}, (_, at) => text(at));
const roomFor = (kib: number) => ({
	settings: {diskCeilingBytes: kib * KIB, maxSegmentBytes: 64 * KIB, ackedRetentionMs: 0},
});
const thinnedRows = (store: LmdbStore): number => thinnedBlocks(store.handles.env).length;

/** One block of a hundred, of which all but those of `exceptions` are acknowledged. */
const settleBut = async (
	store: LmdbStore,
	exceptions: Parameters<LmdbStore['settle']>[1]['exceptions'],
	released: readonly number[] = [],
): Promise<SegmentId[]> => {
	await fill(store, texts);
	const lease = await take(store);
	const ids = leasedIds(lease);
	const kept = [...exceptions.map(({index}) => index), ...released];
	const acked = ids.flatMap((_, at) => (kept.includes(at) ? [] : [[at, at] as const]));
	await store.settle(lease, {acked, exceptions});
	return ids;
};

storeTest(
	'when space is short, payloads that nobody needs are dropped out of a block that somebody needs',
	async (t, {store, clock}) => {
		const ids = await settleBut(store, [fails(7, 1000), buried(50), fails(99, 1000)], [20]);
		const before = store.space().liveBytes;
		t.is(thinnedRows(store), 0, 'not before');
		await fill(store, ['x'.repeat(60 * KIB)]);
		t.is(thinnedRows(store), 1);
		t.is(store.space().liveBytes - before, -96 * 2 * KIB + 60 * KIB + 108);
		t.throws(() => store.payload(ids[8] as SegmentId), {code: 'SEGMENT_MISSING'});
		for (const at of [7, 20, 50, 99]) {
			t.is(String(store.payload(ids[at] as SegmentId)?.bytes), text(at));
		}
		await store.retry(ids[50] as SegmentId, A);
		clock.advance(1000);
		const lease = await take(store, {maxBytes: 100 * KIB, maxEntries: 4});
		t.deepEqual(textsOf(store, lease).toSorted(), [text(20), text(50), text(7), text(99)].toSorted());
		t.is(store.readPayloads(lease).frame()?.byteLength === 0, false);
		await ackAll(store, lease);
		t.is(thinnedRows(store), 0);
		await ackAll(store, await take(store));
		clock.advance(120_000);
		await tendAll(store);
		t.like(store.space(), {liveBytes: 0, blocks: 0});
	},
	roomFor(260),
);

storeTest(
	'a block is thinned again when still less of it is needed, and what remains survives a restart',
	async (t, fixture) => {
		const {store, clock} = fixture;
		const ids = await settleBut(
			store,
			Array.from({length: 20}, (_, at) => fails(at * 5, 1000)),
		);
		await fill(store, ['x'.repeat(60 * KIB)]);
		t.is(thinnedRows(store), 1);
		clock.advance(1000);
		const lease = await take(store, {...BIG_WINDOW, maxEntries: 20});
		const isLast = (at: number) => at >= lease.entryCount - 2;
		const acked = leasedIds(lease).flatMap((_, at) => (isLast(at) ? [] : [[at, at] as const]));
		await store.settle(lease, {acked, exceptions: []});
		const again = await fixture.reopen();
		const before = again.space().liveBytes;
		await fill(again, ['x'.repeat(60 * KIB), 'x'.repeat(60 * KIB), 'x'.repeat(60 * KIB)]);
		t.true(again.space().liveBytes < before + 190 * KIB - 30 * KIB, 'thirty-six more KiB were dropped');
		const waiting = ids.filter(id => recordOf(again, id).state === 'scheduled');
		t.is(waiting.length, 2);
		for (const id of waiting) {
			t.is(String(again.payload(id)?.bytes), text(ids.indexOf(id)));
		}
	},
	{settings: {...roomFor(260).settings, ackedRetentionMs: 86_400_000}},
);

storeTest(
	'a block is left as it is while a quarter of it is needed, by any peer',
	async (t, {store}) => {
		await fill(store, texts, {to: [A, B]});
		await ackAll(store, await take(store));
		await fill(store, ['x'.repeat(40 * KIB)]);
		await t.throwsAsync(fill(store, ['x'.repeat(60 * KIB)]), {code: 'QUEUE_FULL'});
		t.is(thinnedRows(store), 0);
		const lease = await take(store, BIG_WINDOW, peerB);
		await release(store, lease);
	},
	{...roomFor(260), peerCount: 2},
);

storeTest(
	'what is being sent is needed: a lease goes on reading while its block is thinned',
	async (t, {store}) => {
		await fill(store, texts);
		const first = await take(store, {...BIG_WINDOW, maxEntries: 90});
		const second = await take(store, {...BIG_WINDOW, maxEntries: 90});
		const reading = store.readPayloads(second);
		t.is(String(reading.read(0)), text(90));
		await ackAll(store, first);
		await fill(store, ['x'.repeat(60 * KIB)]);
		t.is(thinnedRows(store), 1);
		t.is(String(reading.read(1)), text(91), 'one that had begun');
		t.deepEqual(textsOf(store, second), texts.slice(90), 'and one that begins');
		await ackAll(store, second);
		t.is(thinnedRows(store), 0);
	},
	roomFor(260),
);

storeTest(
	'a damaged note of what a block still has costs that block, and nothing else',
	async (t, {store}) => {
		const ids = await settleBut(store, [], [3]);
		await fill(store, ['x'.repeat(60 * KIB)]);
		const {env} = store.handles;
		await env.meta.raw.put([META_THINNED, thinnedBlocks(env)[0] as BlockNo], Buffer.from('no bitmap'));
		const lease = await take(store);
		const payloads = store.readPayloads(lease);
		const read = Array.from({length: lease.entryCount}, (_, at) => payloads.read(at));
		t.true(read.some(payload => typeof payload === 'object' && payload.length === 60 * KIB));
		t.false(read.some(payload => typeof payload === 'object' && payload.length === 2 * KIB));
		const at = leasedIds(lease).indexOf(ids[3] as SegmentId);
		await store.settle(lease, {acked: [], exceptions: [buried(at, 'corrupt')]});
		t.like(recordOf(store, ids[3] as SegmentId), {state: 'deadletter', reason: 'CORRUPT'});
	},
	roomFor(260),
);
