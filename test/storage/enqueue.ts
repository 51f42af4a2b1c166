import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {formatMadeId, parseMadeId, type SegmentAddress} from '../../src/outbound/made-id.js';
import type {SegmentId} from '../../src/outbound/names.js';
import {
	A,
	ackAll,
	B,
	buried,
	C,
	draft,
	fill,
	foreign,
	idsOf,
	peerA,
	recordOf,
	statusesOf,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

storeTest('made ids are given back, sort by arrival and lead to the segment', async (t, {store}) => {
	const ids = [
		...(await fill(store, ['1', '2', '3'])),
		...(await fill(store, ['4'])),
		...(await fill(store, ['5'])),
	];
	t.is(new Set(ids).size, 5);
	t.deepEqual(ids.toSorted(), ids);
	for (const [at, id] of ids.entries()) {
		t.is(parseMadeId(id)?.store, store.storeId);
		t.is(String(store.payload(id)?.bytes), String(at + 1));
		t.is(recordOf(store, id).state, 'scheduled');
	}
});

storeTest('the answer says that it is durable, for every draft', async (t, {store}) => {
	const answer = await store.enqueue([draft(store, 'x'), draft(store, 'y', {id: 'own'})], 'all');
	t.is(answer.durability, 'durable');
	t.is(answer.count, 2);
	t.deepEqual(statusesOf(answer), ['accepted', 'accepted']);
	t.is(answer.segmentId(1), 'own' as SegmentId);
	t.is(answer.note(0), undefined);
	t.throws(() => answer.status(2), {instanceOf: RangeError});
	t.throws(() => answer.segmentId(-1), {instanceOf: RangeError});
});

storeTest('an empty call is answered, an empty payload is a segment', async (t, {store}) => {
	t.is((await store.enqueue([], 'all')).count, 0);
	const [id = '' as SegmentId] = await fill(store, ['']);
	t.is(store.payload(id)?.bytes.length, 0);
	t.is(recordOf(store, id).sizeBytes, 0);
	const lease = await take(store);
	t.deepEqual(textsOf(store, lease), ['']);
	await ackAll(store, lease);
});

for (const [name, size] of [
	['64 KiB', 65_536],
	['one byte more than a chunk', 262_145],
	['1 MiB', 2 ** 20],
	['16 MiB', 16 * 2 ** 20],
] as const) {
	storeTest(`a payload of ${name} comes back byte for byte, also after a restart`, async (t, fixture) => {
		const payload = Buffer.allocUnsafe(size);
		for (let at = 0; at + 4 <= size; at += 4) {
			payload.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
		}
		const [id = '' as SegmentId] = await fill(fixture.store, [payload, 'neighbour']);
		const {store} = {store: await fixture.reopen()};
		const stored = store.payload(id);
		t.is(Buffer.compare(payload, stored?.bytes ?? Buffer.alloc(0)), 0);
		t.is(stored?.sha256, createHash('sha256').update(payload).digest('hex'));
		const lease = await take(store, {maxBytes: 64 * 2 ** 20, maxEntries: 10});
		const read = store.readPayloads(lease);
		t.is(lease.entryCount, 2);
		t.is(Buffer.compare(payload, read.read(0) as Uint8Array), 0);
		t.is(String(read.read(1)), 'neighbour');
		t.is(lease.entry(0).crc32, crc32(payload));
		await ackAll(store, lease);
		t.throws(() => store.payload(id), {code: 'SEGMENT_MISSING'});
	});
}

storeTest('what the caller says about a segment is what comes out', async (t, {store, clock}) => {
	const labels = {site: 'north', unit: '°C'};
	await fill(store, ['x'], {
		contentType: 'text/plain',
		labels,
		classNo: 1,
		expiresInMs: 5000,
		hops: 3,
		id: 'cam:1',
	});
	t.like(recordOf(store, 'cam:1' as SegmentId), {
		segmentId: 'cam:1' as SegmentId,
		peerId: A,
		state: 'scheduled',
		held: false,
		priority: 'high',
		sizeBytes: 1,
		contentType: 'text/plain',
		labels,
		enqueuedAt: clock.now(),
		attempts: [],
	});
	t.is<number | undefined, number>(recordOf(store, 'cam:1' as SegmentId).expiresAt, clock.now() + 5000);
	t.like((await take(store)).entry(0), {hops: 3, expiresInMs: 5000, contentType: 'text/plain', labels});
});

storeTest('a hash that the caller has verified is taken as it is', async (t, {store}) => {
	const sha256 = new Uint8Array(32).fill(9);
	const [id = '' as SegmentId] = await fill(store, ['x'], {sha256});
	t.is(recordOf(store, id).sha256, '09'.repeat(32));
});

storeTest(
	'a segment for several peers is a record for each',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x'], {to: [B, A, B]});
		t.deepEqual(
			store.inspect(id).map(({peerId}) => peerId),
			[A, B],
		);
		t.deepEqual(store.inspect(id, C), []);
		t.is(store.depth().scheduled, 2);
		t.is(store.depth(peerA).scheduled, 1);
		t.is(store.waitingBytes(peerA), 1);
	},
	{peerCount: 3},
);

storeTest('a second copy of an id is a duplicate within a call', async (t, {store}) => {
	const same = () => draft(store, 'x', {id: 'i'});
	t.deepEqual(statusesOf(await store.enqueue([same(), same()], 'all')), ['accepted', 'duplicate']);
	t.is(store.depth().total, 1);
});

storeTest('of many calls at once with one id, one is accepted', async (t, {store}) => {
	const calls = Array.from({length: 20}, () => store.enqueue([draft(store, 'x', {id: 'i'})], 'all'));
	const statuses = (await Promise.all(calls)).map(answer => answer.status(0));
	t.is(statuses.filter(status => status === 'accepted').length, 1);
	t.is(statuses.filter(status => status === 'duplicate').length, 19);
	t.is(store.depth().total, 1);
});

storeTest('a duplicate is known after a restart, waiting, delivered and buried', async (t, fixture) => {
	const again = async () => {
		const answer = await fixture.store.enqueue([draft(fixture.store, 'x', {id: 'i'})], 'all');
		return [answer.status(0), answer.note(0)];
	};
	t.deepEqual(await again(), ['accepted', undefined]);
	await fixture.reopen();
	t.deepEqual(await again(), ['duplicate', undefined]);
	const lease = await take(fixture.store);
	await fixture.store.settle(lease, {acked: [], exceptions: [buried(0)]});
	t.deepEqual(await again(), ['duplicate', 'its first copy is buried: see the deadletters']);
	await fixture.store.retry('i' as SegmentId, A);
	await ackAll(fixture.store, await take(fixture.store));
	await fixture.reopen();
	t.deepEqual(await again(), ['duplicate', undefined]);
	t.is(fixture.store.depth().total, 1);
});

storeTest('other bytes under an id are a conflict, and refuse a whole call', async (t, {store}) => {
	await fill(store, ['x'], {id: 'i'});
	await t.throwsAsync(
		store.enqueue([draft(store, 'new'), draft(store, 'y', {id: 'i'}), draft(store, 'z')], 'all'),
		{code: 'CONFLICT', message: 'segment i: the id is taken by other bytes'},
	);
	await t.throwsAsync(
		store.enqueue([draft(store, 'p', {id: 'j'}), draft(store, 'q', {id: 'j'})], 'all'),
		{code: 'CONFLICT'},
		'within one call',
	);
	t.is(store.depth().total, 1);
	t.deepEqual(store.inspect('j' as SegmentId), [], 'what was refused left no id behind');
	t.is((await store.enqueue([draft(store, 'q', {id: 'j'})], 'all')).status(0), 'accepted');
});

storeTest('a refused call does not disturb the calls that share its commit', async (t, {store}) => {
	await fill(store, ['x'], {id: 'i'});
	const [before, refused, after] = await Promise.allSettled([
		store.enqueue([draft(store, '1', {id: 'k'})], 'all'),
		store.enqueue([draft(store, '2', {id: 'l'}), draft(store, 'y', {id: 'i'})], 'all'),
		store.enqueue([draft(store, '2', {id: 'l'})], 'all'),
	]);
	t.is(before?.status, 'fulfilled');
	t.is(refused?.status, 'rejected');
	t.is(after?.status === 'fulfilled' ? after.value.status(0) : undefined, 'accepted');
	t.is(store.depth().total, 3);
});

storeTest('one by one, a conflict is the status of its draft only', async (t, {store}) => {
	await fill(store, ['x'], {id: 'i'});
	const answer = await store.enqueue(
		[draft(store, '1'), draft(store, 'y', {id: 'i'}), draft(store, 'x', {id: 'i'}), draft(store, '2')],
		'each',
	);
	t.deepEqual(statusesOf(answer), ['accepted', 'conflict', 'duplicate', 'accepted']);
	t.is(answer.note(1), 'the id is taken by other bytes');
	t.deepEqual(
		[answer.segmentId(0), answer.segmentId(3)].map(id => String(store.payload(id)?.bytes)),
		['1', '2'],
	);
});

storeTest(
	'the same bytes under an id with another route are a conflict that names the route',
	async (t, {store}) => {
		await fill(store, ['x'], {id: 'i', to: [A, B]});
		await t.throwsAsync(store.enqueue([draft(store, 'x', {id: 'i', to: [A]})], 'all'), {
			code: 'CONFLICT',
			message: 'segment i: the id is taken by the same bytes with the route a, b',
		});
		t.is((await store.enqueue([draft(store, 'x', {id: 'i', to: [B, A]})], 'all')).status(0), 'duplicate');
	},
	{peerCount: 2},
);

storeTest('what another edged made keeps its id and is stored once', async (t, fixture) => {
	const from = () =>
		[0, 1, 2].map(entry => draft(fixture.store, `f${entry}`, {identity: foreign(77, 9, entry)}));
	const first = await fixture.store.enqueue(from(), 'each');
	t.deepEqual(statusesOf(first), ['accepted', 'accepted', 'accepted']);
	t.deepEqual(
		idsOf(first),
		[0, 1, 2].map(entry => formatMadeId((foreign(77, 9, entry) as {address: SegmentAddress}).address)),
	);
	t.deepEqual(
		idsOf(first).map(id => String(fixture.store.payload(id)?.bytes)),
		['f0', 'f1', 'f2'],
	);
	await fixture.reopen();
	t.deepEqual(statusesOf(await fixture.store.enqueue(from(), 'each')), [
		'duplicate',
		'duplicate',
		'duplicate',
	]);
	const {store} = fixture;
	const other = await store.enqueue([draft(store, 'other', {identity: foreign(77, 9, 1)})], 'each');
	t.is(other.status(0), 'conflict');
	t.is(
		(await store.enqueue([draft(store, 'new', {identity: foreign(77, 9, 3)})], 'each')).status(0),
		'accepted',
	);
	t.is(
		(await store.enqueue([draft(store, 'new', {identity: foreign(78, 9, 1)})], 'each')).status(0),
		'accepted',
	);
	t.is(store.depth().total, 5);
	t.deepEqual(
		await take(store).then(lease => lease.entry(0).address),
		(foreign(77, 9, 0) as {address: SegmentAddress}).address,
	);
});

storeTest('foreign segments of one sender arrive one by one and are still known', async (t, fixture) => {
	for (let block = 1; block <= 70; block++) {
		await fixture.store.enqueue([draft(fixture.store, `${block}`, {identity: foreign(5, block, 0)})], 'each');
	}
	const {store} = {store: await fixture.reopen()};
	const again = Array.from({length: 70}, (_, at) =>
		draft(store, `${at + 1}`, {identity: foreign(5, at + 1, 0)}),
	);
	t.true(statusesOf(await store.enqueue(again, 'each')).every(status => status === 'duplicate'));
	t.is(store.handles.env.origins.getCount(), 2);
});

storeTest('an id of the made form means that address, whoever brings it', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x']);
	t.is((await store.enqueue([draft(store, 'x', {id})], 'all')).status(0), 'duplicate');
	await t.throwsAsync(store.enqueue([draft(store, 'y', {id})], 'all'), {code: 'CONFLICT'});
});

storeTest('an own address that is not yet made is refused: its number will be given', async (t, {store}) => {
	const {storeId} = store;
	const guess = (ahead: number) => ({
		identity: foreign(storeId, store.handles.numbers.blockLimit + ahead, 0),
	});
	const answer = await store.enqueue([draft(store, 'x', guess(0)), draft(store, 'x', guess(1000))], 'each');
	t.deepEqual(statusesOf(answer), ['conflict', 'conflict']);
	t.regex(answer.note(0) ?? '', /not made yet/);
	const calls = await Promise.allSettled([
		store.enqueue([draft(store, 'honest')], 'all'),
		store.enqueue([draft(store, 'guessed', guess(0))], 'all'),
	]);
	t.deepEqual(
		calls.map(({status}) => status),
		['fulfilled', 'rejected'],
		'not even when the block is made by the same commit',
	);
});

for (const [what, block] of [
	['block 0', 0],
	['a block above 48 bits', 2 ** 48],
] as const) {
	storeTest(`an address with ${what} is refused alone: no store makes it`, async (t, {store}) => {
		const id = formatMadeId((foreign(7, block, 0) as {address: SegmentAddress}).address);
		for (const identity of [foreign(7, block, 0), {kind: 'given', id} as const]) {
			const [good, bad] = await Promise.allSettled([
				store.enqueue([draft(store, 'good')], 'all'),
				store.enqueue([draft(store, 'bad', {identity})], 'all'),
			]);
			t.is(good?.status, 'fulfilled');
			t.like(bad, {status: 'rejected', reason: {code: 'INVALID_ARGUMENT'}});
		}
		t.is(store.depth().total, 2);
	});
}

storeTest('a lifetime that is no number, or negative, refuses its own call only', async (t, {store}) => {
	for (const expiresInMs of [-1, Number.NaN, -1e300]) {
		const [good, bad] = await Promise.allSettled([
			store.enqueue([draft(store, 'good')], 'all'),
			store.enqueue([draft(store, 'bad', {expiresInMs})], 'all'),
		]);
		t.is(good?.status, 'fulfilled');
		t.like(bad, {status: 'rejected', reason: {code: 'INVALID_ARGUMENT'}});
	}
	const [id = '' as SegmentId] = await fill(store, ['for ever'], {expiresInMs: Number.POSITIVE_INFINITY});
	await tendAll(store);
	t.is(recordOf(store, id).state, 'scheduled');
});

storeTest(
	'a payload above the limit is refused alone, one at the limit is taken',
	async (t, {store}) => {
		const [fits, tooLarge] = await Promise.allSettled([
			store.enqueue([draft(store, Buffer.alloc(1000))], 'all'),
			store.enqueue([draft(store, 'small'), draft(store, Buffer.alloc(1001))], 'all'),
		]);
		t.is(fits?.status, 'fulfilled');
		t.like(tooLarge, {
			status: 'rejected',
			reason: {code: 'TOO_LARGE', message: 'the segment has 1001 bytes, storage.max_segment_bytes is 1000'},
		});
		t.is(store.depth().total, 1);
	},
	{settings: {maxSegmentBytes: 1000}},
);

storeTest('bad labels refuse their call and say why', async (t, {store}) => {
	await t.throwsAsync(store.enqueue([draft(store, 'x', {labels: {'a b': 'c'}})], 'all'), {
		code: 'INVALID_ARGUMENT',
		message: /label name/,
	});
});

storeTest('a peer that was never registered has no route', async (t, {store}) => {
	t.throws(() => store.route(['nowhere' as typeof A]), {code: 'UNKNOWN_PEER', message: /known are a/});
	t.throws(() => store.route([]), {code: 'UNKNOWN_PEER'});
	t.is(store.route([A]), store.route([A, A]), 'equal routes are the same object');
});

storeTest('lanes are told once a commit, after it', async (t, {store}) => {
	const told: string[] = [];
	store.onWork(peer => told.push(`peer ${peer}, ${store.depth(peer).scheduled} waiting`));
	await Promise.all([1, 2, 3].map(text => store.enqueue([draft(store, `${text}`)], 'all')));
	t.deepEqual(told, ['peer 1, 3 waiting']);
	await store.enqueue([draft(store, '1', {id: 'i'})], 'all');
	await store.enqueue([draft(store, '1', {id: 'i'})], 'all');
	t.is(told.length, 2, 'a duplicate is no work');
});

storeTest('a call that ends too late is refused, not lost', async (t, fixture) => {
	const {store} = fixture;
	const under = store.enqueue([draft(store, 'under way')], 'all');
	const closing = store.close();
	t.is((await under).status(0), 'accepted', 'what was under way is finished');
	await closing;
	await t.throwsAsync(store.enqueue([draft(store, 'late')], 'all'), {code: 'SHUTTING_DOWN'});
	await t.throwsAsync(store.enqueue([draft(store, 'late', {id: 'i'})], 'all'), {code: 'SHUTTING_DOWN'});
	await t.throwsAsync(store.lease(peerA, {maxBytes: 1, maxEntries: 1}), {code: 'SHUTTING_DOWN'});
	await fixture.reopen();
	t.is(fixture.store.depth().total, 1);
});
