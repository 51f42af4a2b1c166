import type {SegmentId} from '../../src/outbound/names.js';
import type {EpochMs} from '../../src/outbound/units.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	draft,
	fails,
	fill,
	foreign,
	peerA,
	peerB,
	recordOf,
	release,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

storeTest('an unknown id is told by an empty answer, in every form', async (t, {store}) => {
	await fill(store, ['x']);
	for (const id of [
		'unknown',
		'seg-0000000000000000000000',
		'seg-vvvvvvvvvvvvvvvvvvvvvv',
		`${(await fill(store, ['y']))[0]?.slice(0, -2)}vv`,
	] as SegmentId[]) {
		t.deepEqual(store.inspect(id), [], id);
		t.is(store.payload(id), undefined, id);
	}
});

storeTest(
	'each peer of a segment tells its own story',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fill(store, ['payload'], {to: [A, B], labels: {site: 'n'}});
		const enqueuedAt = clock.now();
		clock.advance(10);
		const startedAt = clock.now();
		const lease = await take(store);
		clock.advance(25);
		await store.settle(lease, {acked: [], exceptions: [{...fails(0, 500, 'busy'), bytesSent: 3}]});
		await take(store, BIG_WINDOW, peerB);
		const base = {
			segmentId: id,
			held: false,
			priority: 'normal' as const,
			sizeBytes: 7,
			sha256: '239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5',
			contentType: undefined,
			labels: {site: 'n'},
			enqueuedAt,
			expiresAt: undefined,
			reason: undefined,
			abandons: 0,
		};
		t.deepEqual(store.inspect(id), [
			{
				...base,
				peerId: A,
				state: 'failed',
				updatedAt: clock.now(),
				nextAttemptAt: (clock.now() + 500) as EpochMs,
				chargedFailures: 1,
				attempts: [
					{number: 1, startedAt, completedAt: clock.now(), outcome: 'FAILED', error: 'busy', bytesSent: 3},
				],
			},
			{
				...base,
				peerId: B,
				state: 'inflight',
				updatedAt: enqueuedAt,
				nextAttemptAt: undefined,
				chargedFailures: 0,
				attempts: [],
			},
		]);
	},
	{peerCount: 2},
);

storeTest('given, made and foreign ids all lead to their segment', async (t, {store}) => {
	const [made = '' as SegmentId] = await fill(store, ['made']);
	await fill(store, ['given'], {id: 'cam-7:0001'});
	const answer = await store.enqueue([draft(store, 'foreign', {identity: foreign(3, 4, 5)})], 'all');
	for (const [id, text] of [
		[made, 'made'],
		['cam-7:0001' as SegmentId, 'given'],
		[answer.segmentId(0), 'foreign'],
	] as const) {
		t.is(recordOf(store, id).segmentId, id);
		t.is(String(store.payload(id)?.bytes), text);
	}
});

storeTest('a payload comes with what is known of it', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['{}'], {
		contentType: 'application/json',
		labels: {a: 'b'},
	});
	t.deepEqual(store.payload(id), {
		bytes: Buffer.from('{}'),
		sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
		contentType: 'application/json',
		labels: {a: 'b'},
	});
});

storeTest('a damaged payload is told, never handed out; its neighbours are', async (t, {store}) => {
	const ids = await fill(store, ['first', 'second', 'third']);
	const {payloads} = store.handles.env;
	await payloads.put([1, 0], Buffer.from('firstsecXndthird'));
	const lease = await take(store);
	const read = store.readPayloads(lease);
	t.deepEqual(
		[0, 1, 2].map(at => String(read.read(at))),
		['first', 'corrupt', 'third'],
	);
	await store.settle(lease, {
		acked: [
			[0, 0],
			[2, 2],
		],
		exceptions: [buried(1, 'corrupt')],
	});
	t.like(recordOf(store, ids[1] as SegmentId), {state: 'deadletter', reason: 'CORRUPT'});
});

storeTest('a payload that is missing or cut on disk is told', async (t, {store}) => {
	const ids = await fill(store, ['first', 'second']);
	const [large = '' as SegmentId] = await fill(store, [Buffer.alloc(600_000, 'z')]);
	const {payloads} = store.handles.env;
	await payloads.put([1, 0], Buffer.from('firstsec'));
	await payloads.remove([2, 1]);
	t.is(String(store.payload(ids[0] as SegmentId)?.bytes), 'first');
	t.throws(() => store.payload(ids[1] as SegmentId), {code: 'SEGMENT_MISSING', message: /damaged/});
	t.throws(() => store.payload(large), {code: 'SEGMENT_MISSING', message: /not kept any more/});
	const lease = await take(store);
	const read = store.readPayloads(lease);
	t.deepEqual(
		[0, 1, 2].map(at => String(read.read(at))),
		['first', 'corrupt', 'missing'],
	);
	await store.settle(lease, {acked: 'all', exceptions: [buried(1, 'corrupt'), buried(2, 'missing')]});
});

storeTest(
	'what waits is summed up by peer: bytes, the oldest, what is due next',
	async (t, {store, clock}) => {
		t.is(store.oldestScheduledAt(peerA), undefined);
		await fill(store, ['12345'], {to: [A, B], classNo: 3});
		const first = clock.now();
		clock.advance(1000);
		await fill(store, ['123'], {to: [B], classNo: 0});
		t.deepEqual([store.waitingBytes(peerA), store.waitingBytes(peerB)], [5, 8]);
		t.is(store.oldestScheduledAt(peerB), first, 'of all classes');
		const lease = await take(store, BIG_WINDOW, peerB);
		t.is(store.waitingBytes(peerB), 8, 'what is inflight still waits for its acknowledgement');
		await store.settle(lease, {acked: [[0, 0]], exceptions: [fails(1, 700)]});
		t.is(store.waitingBytes(peerB), 5);
		t.is<number | undefined, number>(store.nextDueAt(peerB), clock.now() + 700);
		t.is(store.nextDueAt(peerA), undefined);
		await release(store, await take(store));
	},
	{peerCount: 2},
);

storeTest('counters of a store without records, peers or dead are zero', async (t, {store}) => {
	t.deepEqual(store.depth(), {
		scheduled: 0,
		inflight: 0,
		failed: 0,
		acked: 0,
		satisfied: 0,
		deadletter: 0,
		held: 0,
		abandoned: 0,
		total: 0,
	});
	t.true(Object.values(store.deadletterCounts()).every(count => count === 0));
	t.like(store.space(), {liveBytes: 0, blocks: 0});
	await ackAll(store, await fill(store, ['x']).then(() => take(store)));
});

storeTest(
	'who looks at a damaged payload is told, and what waits for it is buried, held or not',
	async (t, {store}) => {
		const ids = await fill(store, ['first', 'second', 'third']);
		await store.change('hold', ids[1] as SegmentId, A);
		await store.handles.env.payloads.put([1, 0], Buffer.from('firstsecXndthird'));
		t.throws(() => store.payload(ids[1] as SegmentId), {code: 'SEGMENT_MISSING', message: /damaged on disk/});
		t.is(String(store.payload(ids[2] as SegmentId)?.bytes), 'third');
		await store.mended();
		t.deepEqual(
			ids.map(id => recordOf(store, id).reason),
			[undefined, 'CORRUPT', undefined],
		);
		t.is(store.depth().held, 0);
	},
);
