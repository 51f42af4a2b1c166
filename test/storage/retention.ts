import type {SegmentId} from '../../src/outbound/names.js';
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
	foreign,
	nextTimerInMs,
	peerA,
	peerB,
	recordOf,
	statusesOf,
	storeTest,
	take,
	tendAll,
} from '../helpers/store-verbs.js';

type Store = Parameters<typeof take>[0];
const DAY_MS = 86_400_000;
const rowsOf = (
	store: Store,
	...names: ('blocks' | 'payloads' | 'settled' | 'spans' | 'ids' | 'origins' | 'timers')[]
) => names.map(name => store.handles.env[name].getCount());
const deliver = async (store: Store, payloads: readonly string[]): Promise<SegmentId[]> => {
	const ids = await fill(store, payloads);
	await ackAll(store, await take(store));
	return ids;
};

storeTest(
	'a proof of delivery is kept for its time, then all of the block goes',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await deliver(store, ['x', 'y']);
		clock.advance(DAY_MS - 1);
		await tendAll(store);
		t.is(recordOf(store, id).state, 'acked');
		clock.advance(1);
		await tendAll(store);
		t.deepEqual(store.inspect(id), []);
		t.deepEqual(rowsOf(store, 'blocks', 'payloads', 'settled', 'spans', 'timers'), [0, 0, 0, 0, 0]);
		t.like(store.space(), {blocks: 0, liveBytes: 0});
		t.like(store.depth(peerA), {acked: 2, total: 2}, 'the count stays');
	},
);

storeTest(
	'the proof of a block that was settled in parts is kept until the last part is old',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['0', '1', '2']);
		await ackAll(store, await take(store, {...BIG_WINDOW, maxEntries: 1}));
		clock.advance(2 * DAY_MS);
		await tendAll(store);
		t.is(recordOf(store, ids[0] as SegmentId).state, 'acked', 'its block still waits');
		await ackAll(store, await take(store));
		clock.advance(DAY_MS);
		await tendAll(store);
		clock.advance(DAY_MS);
		await tendAll(store);
		t.like(store.space(), {blocks: 0, liveBytes: 0});
		t.is(store.depth(peerA).acked, 3);
	},
);

storeTest(
	'a proof that expired for one peer leaves the records of another alone',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['x', 'y'], {to: [A, B]});
		await ackAll(store, await take(store));
		clock.advance(DAY_MS);
		await tendAll(store);
		t.deepEqual(store.inspect(id, A), []);
		t.is(recordOf(store, id, B).state, 'scheduled');
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		clock.advance(DAY_MS);
		await tendAll(store);
		t.is(store.space().blocks, 0);
	},
	{peerCount: 2},
);

storeTest(
	'thousands of blocks of one leave together, in steps',
	async (t, {store, clock}) => {
		for (let call = 0; call < 3; call++) {
			await store.enqueue(
				Array.from({length: 1000}, (_, at) => draft(store, '', at % 2 === 0 ? {} : {to: [A, B]})),
				'all',
			);
		}
		await ackAll(store, await take(store));
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		t.is(store.space().blocks, 3000);
		clock.advance(DAY_MS);
		for (let blocks = 3000, steps = 0; await store.tend(); blocks = store.space().blocks) {
			t.true(blocks - store.space().blocks <= 256, `step ${steps++} is short`);
		}
		t.like(store.space(), {blocks: 0, liveBytes: 0});
		t.is(nextTimerInMs(store), undefined);
	},
	{peerCount: 2},
);

storeTest('a purged payload is kept as an orphan for its own, longer time', async (t, {store, clock}) => {
	const [id = '' as SegmentId] = await fillDead(store, ['x']);
	await store.purge(id, A);
	t.is(String(store.payload(id)?.bytes), 'x');
	clock.advance(2 * DAY_MS);
	await tendAll(store);
	t.is(String(store.payload(id)?.bytes), 'x', 'longer than proofs are kept');
	t.deepEqual(store.inspect(id), []);
	clock.advance(5 * DAY_MS);
	await tendAll(store);
	t.is(rowsOf(store, 'payloads')[0], 0);
	clock.advance(DAY_MS);
	await tendAll(store);
	t.deepEqual(rowsOf(store, 'blocks', 'settled', 'timers'), [0, 0, 0]);
	t.like(store.space(), {blocks: 0, liveBytes: 0});
});

storeTest(
	'a made id that was purged is new when it comes back, as long as its block is here',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fillDead(store, ['x']);
		await store.purge(id, A);
		clock.advance(2 * DAY_MS);
		await tendAll(store);
		t.is((await store.enqueue([draft(store, 'x', {id})], 'all')).status(0), 'accepted');
		t.is(store.depth(peerA).scheduled, 1);
		await ackAll(store, await take(store));
	},
);

storeTest('an orphan whose block still waits stays until that is settled', async (t, {store, clock}) => {
	const ids = await fill(store, ['dead', 'waits']);
	await store.settle(await take(store), {acked: [], exceptions: [buried(0)]});
	await store.purge(ids[0] as SegmentId, A);
	clock.advance(8 * DAY_MS);
	await tendAll(store);
	t.is(String(store.payload(ids[1] as SegmentId)?.bytes), 'waits');
	await ackAll(store, await take(store));
	clock.advance(8 * DAY_MS);
	await tendAll(store);
	clock.advance(8 * DAY_MS);
	await tendAll(store);
	t.like(store.space(), {blocks: 0, liveBytes: 0});
});

storeTest('a given id is remembered for its window, then it is free', async (t, {store, clock}) => {
	const again = async (text = 'x') =>
		(await store.enqueue([draft(store, text, {id: 'i'})], 'each')).status(0);
	await again();
	await ackAll(store, await take(store));
	clock.advance(DAY_MS - 1);
	await tendAll(store);
	t.is(await again(), 'duplicate');
	clock.advance(1);
	await tendAll(store);
	t.is(rowsOf(store, 'ids')[0], 0);
	t.is(await again('other'), 'accepted');
});

storeTest(
	'an id outlives its proof when its window is longer',
	async (t, {store, clock}) => {
		const again = async (text = 'x') =>
			(await store.enqueue([draft(store, text, {id: 'i'})], 'each')).status(0);
		await again();
		await ackAll(store, await take(store));
		clock.advance(2 * DAY_MS);
		await tendAll(store);
		t.deepEqual(store.inspect('i' as SegmentId), [], 'the proof is gone');
		t.is(await again(), 'duplicate');
		t.is(await again('other'), 'conflict');
		clock.advance(DAY_MS);
		await tendAll(store);
		t.deepEqual(rowsOf(store, 'ids', 'blocks'), [0, 0]);
	},
	{settings: {dedupWindowMs: 3 * DAY_MS}},
);

for (const [what, event] of [
	['waits', undefined],
	['is buried', 'reject'],
	['is buried without its payload', 'missing'],
] as const) {
	storeTest(`an id is never forgotten while its record ${what}`, async (t, {store, clock}) => {
		await fill(store, ['x'], {id: 'i'});
		if (event !== undefined) {
			await store.settle(await take(store), {acked: [], exceptions: [buried(0, event)]});
		}
		for (let week = 0; week < 3; week++) {
			clock.advance(7 * DAY_MS);
			await tendAll(store);
		}
		t.is((await store.enqueue([draft(store, 'x', {id: 'i'})], 'all')).status(0), 'duplicate');
		t.is(recordOf(store, 'i' as SegmentId).state, event === undefined ? 'scheduled' : 'deadletter');
		if (event !== undefined) {
			await store.purge('i' as SegmentId, A);
		}
	});
}

storeTest(
	'what another edged sent is remembered for a window after the last of it came',
	async (t, {store, clock}) => {
		const send = async (...blocks: number[]) =>
			statusesOf(
				await store.enqueue(
					blocks.map(block => draft(store, `${block}`, {identity: foreign(9, block, 0)})),
					'each',
				),
			);
		await send(1);
		await ackAll(store, await take(store));
		clock.advance(DAY_MS / 2);
		await send(2);
		await ackAll(store, await take(store));
		clock.advance(DAY_MS - 1);
		await tendAll(store);
		t.deepEqual(await send(1, 2), ['duplicate', 'duplicate']);
		clock.advance(DAY_MS);
		await tendAll(store);
		t.is(rowsOf(store, 'origins')[0], 0);
		t.deepEqual(await send(1), ['accepted']);
	},
);

storeTest(
	'a foreign segment is never forgotten while its record is not settled',
	async (t, {store, clock}) => {
		await store.enqueue([draft(store, 'x', {identity: foreign(9, 1, 0)})], 'each');
		await store.settle(await take(store), {acked: [], exceptions: [buried(0, 'corrupt')]});
		clock.advance(30 * DAY_MS);
		await tendAll(store);
		const again = await store.enqueue([draft(store, 'x', {identity: foreign(9, 1, 0)})], 'each');
		t.is(again.status(0), 'duplicate');
	},
);

storeTest(
	'failed and dead records have no age: nothing of them is ever dropped',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['failed', 'dead', 'waits']);
		const lease = await take(store);
		await store.settle(lease, {acked: [], exceptions: [fails(0, 400 * DAY_MS), buried(1)]});
		clock.advance(365 * DAY_MS);
		await tendAll(store);
		t.deepEqual(
			ids.map(id => [recordOf(store, id).state, String(store.payload(id)?.bytes)]),
			[
				['failed', 'failed'],
				['deadletter', 'dead'],
				['scheduled', 'waits'],
			],
		);
	},
);

const KIB = 1024;
const roomFor = (kib: number) => ({settings: {diskCeilingBytes: kib * KIB, maxSegmentBytes: 64 * KIB}});
const kilobytes = (count: number): string => 'x'.repeat(count * KIB);

storeTest(
	'at the ceiling a producer is refused and told why; what waits stays',
	async (t, {store}) => {
		const ids = await fill(store, [kilobytes(60)]);
		const failure = await t.throwsAsync(store.enqueue([draft(store, kilobytes(50))], 'all'), {
			code: 'QUEUE_FULL',
		});
		t.regex(
			failure?.message ?? '',
			/61\d\d\d of 102400 bytes are stored \(storage.disk_ceiling_bytes\), and 51\d\d\d more do not fit\. Try again once/,
		);
		const hopeless = await t.throwsAsync(fill(store, [kilobytes(60), kilobytes(60)]), {code: 'QUEUE_FULL'});
		t.regex(hopeless?.message ?? '', /never fits below this ceiling/);
		t.is(recordOf(store, ids[0] as SegmentId).state, 'scheduled');
		t.is(store.depth().total, 1);
	},
	roomFor(100),
);

storeTest(
	'once something is delivered there is room again',
	async (t, {store}) => {
		await fill(store, [kilobytes(60)]);
		await t.throwsAsync(fill(store, [kilobytes(60)]), {code: 'QUEUE_FULL'});
		await ackAll(store, await take(store));
		t.is((await fill(store, [kilobytes(60)])).length, 1);
	},
	roomFor(100),
);

storeTest(
	'a segment that does not fit refuses only its own call, not those that share its commit',
	async (t, {store}) => {
		await fill(store, [kilobytes(60)]);
		const [small, large, other] = await Promise.allSettled([
			fill(store, ['small']),
			fill(store, [kilobytes(60)]),
			fill(store, ['other']),
		]);
		t.deepEqual([small?.status, large?.status, other?.status], ['fulfilled', 'rejected', 'fulfilled']);
		t.like(large, {reason: {code: 'QUEUE_FULL'}});
		t.is(store.depth().total, 3);
	},
	roomFor(100),
);

storeTest(
	'settling, burying, retrying and purging go on at the ceiling',
	async (t, {store}) => {
		const ids = await fill(store, [kilobytes(30), kilobytes(30), kilobytes(30)]);
		await t.throwsAsync(fill(store, [kilobytes(30)]), {code: 'QUEUE_FULL'});
		await store.force(ids[0] as SegmentId, A);
		await store.settle(await take(store), {acked: [[0, 0]], exceptions: [buried(1)]});
		await store.retry(ids[0] as SegmentId, A);
		await store.purge(ids[2] as SegmentId, A);
		t.like(store.depth(), {scheduled: 1, acked: 1, deadletter: 0});
	},
	roomFor(100),
);

storeTest(
	'before a producer is refused, proofs and orphans go',
	async (t, {store}) => {
		const [orphan = '' as SegmentId] = await fillDead(store, [kilobytes(40)]);
		await store.purge(orphan, A);
		const [proof = '' as SegmentId] = await deliver(store, [kilobytes(40)]);
		t.is(recordOf(store, proof).state, 'acked');
		t.is((await fill(store, [kilobytes(60)])).length, 1);
		t.is(rowsOf(store, 'payloads')[0], 1);
		t.is(store.depth().acked, 1);
	},
	roomFor(90),
);

storeTest(
	'proofs are found behind a hundred blocks that still wait',
	async (t, {store}) => {
		const names = Array.from({length: 100}, (_, at) => `id-${at}`);
		for (const id of names) {
			await fill(store, ['x'], {id, to: [B]});
		}
		for (let round = 0; round < 40; round++) {
			await fillOneByOne(store, ['y']);
		}
		await ackAll(store, await take(store));
		const {liveBytes, ceilingBytes, blocks} = store.space();
		t.is(blocks, 140);
		const room = ceilingBytes - liveBytes;
		t.is(
			(await fill(store, ['x'.repeat(room - 100)])).length,
			1,
			'the table of it needs more than 100 bytes',
		);
		t.true(store.space().blocks < 140);
	},
	{...roomFor(64), peerCount: 2},
);

storeTest(
	'ids that were looked at in a time of want are still remembered for their window',
	async (t, {store, clock}) => {
		await fill(store, ['x'], {id: 'i'});
		await t.throwsAsync(fill(store, [kilobytes(64)]), {code: 'QUEUE_FULL'});
		await ackAll(store, await take(store));
		clock.advance(DAY_MS / 2);
		await tendAll(store);
		t.is((await store.enqueue([draft(store, 'x', {id: 'i'})], 'all')).status(0), 'duplicate');
	},
	roomFor(64),
);

storeTest(
	'above four fifths of the ceiling tending lets proofs go before anybody is refused',
	async (t, {store}) => {
		await fill(store, [kilobytes(50)]);
		const [proof = '' as SegmentId] = await fillOneByOne(store, ['y'], {classNo: 0});
		await ackAll(store, await take(store, {...BIG_WINDOW, maxEntries: 1}));
		await tendAll(store);
		t.deepEqual(store.inspect(proof), []);
		t.is(store.depth().scheduled, 1);
	},
	roomFor(60),
);

storeTest(
	'more given ids than the limit: the oldest that are settled are forgotten, proofs stay',
	async (t, {store}) => {
		for (let at = 0; at < 30; at++) {
			await fill(store, [`${at}`], {id: `id-${at}`});
		}
		const made = await fillOneByOne(store, ['made']);
		await ackAll(store, await take(store));
		await fill(store, ['waits'], {id: 'waits'});
		await tendAll(store);
		t.true((rowsOf(store, 'ids')[0] as number) <= 10);
		t.is((await store.enqueue([draft(store, 'waits', {id: 'waits'})], 'all')).status(0), 'duplicate');
		t.is(recordOf(store, made[0] as SegmentId).state, 'acked');
	},
	{settings: {dedupMaxEntries: 10}},
);

storeTest(
	'ids beyond the limit are forgotten behind hundreds that are not settled, which are never',
	async (t, {store}) => {
		for (let at = 0; at < 600; at++) {
			await fill(store, ['x'], {id: `waits-${at}`, to: [B]});
		}
		await fill(store, ['1'], {id: 'settled'});
		await ackAll(store, await take(store));
		t.is(rowsOf(store, 'ids')[0], 601);
		await tendAll(store);
		t.is(rowsOf(store, 'ids')[0], 600);
		const again = await store.enqueue([draft(store, 'y', {id: 'settled'})], 'each');
		t.is(again.status(0), 'accepted');
		for (const id of ['waits-0', 'waits-599']) {
			const status = (await store.enqueue([draft(store, 'x', {id, to: [B]})], 'each')).status(0);
			t.is(status, 'duplicate', id);
		}
	},
	{settings: {dedupMaxEntries: 10}, peerCount: 2},
);

storeTest(
	'at the limit of ids a new one is taken, remembered, and pushes out the oldest settled one',
	async (t, {store}) => {
		for (let at = 0; at < 12; at++) {
			await fill(store, [`${at}`], {id: `id-${at}`});
			await ackAll(store, await take(store));
			await tendAll(store);
			t.true((rowsOf(store, 'ids')[0] as number) <= 10);
		}
		const statusOf = async (id: string, text: string) =>
			(await store.enqueue([draft(store, text, {id})], 'each')).status(0);
		t.is(await statusOf('id-11', '11'), 'duplicate');
		t.is(await statusOf('id-11', 'other'), 'conflict');
		t.is(await statusOf('id-0', 'other'), 'accepted');
	},
	{settings: {dedupMaxEntries: 10}},
);

storeTest(
	'a window of nothing forgets an id once its record is settled, and not before',
	async (t, {store, clock}) => {
		await fill(store, ['x'], {id: 'i'});
		clock.advance(1);
		await tendAll(store);
		const statusOf = async (text: string) =>
			(await store.enqueue([draft(store, text, {id: 'i'})], 'each')).status(0);
		t.is(await statusOf('y'), 'conflict');
		await ackAll(store, await take(store));
		clock.advance(3_600_000);
		await tendAll(store);
		t.is(await statusOf('y'), 'accepted');
		await ackAll(store, await take(store));
	},
	{settings: {dedupWindowMs: 0, ackedRetentionMs: 0}},
);
