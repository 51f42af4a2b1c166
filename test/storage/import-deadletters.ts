import test from 'ava';
import type {SegmentId} from '../../src/outbound/names.js';
import {classOf} from '../../src/outbound/priorities.js';
import type {EpochMs, PeerNo} from '../../src/outbound/units.js';
import type {Move} from '../../src/storage/moves.js';
import type {Attempt, ImportDraft} from '../../src/storage/store.js';
import {death, ENQUEUED_AT, exported, imported, outcomes} from '../helpers/exported.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	C,
	draft,
	fails,
	fill,
	fillDead,
	leasedIds,
	peerA,
	peerB,
	recordOf,
	storeTest,
	take,
	tendAll,
	textsOf,
} from '../helpers/store-verbs.js';

const id = (text: string): SegmentId => text as SegmentId;

const attempts: readonly Attempt[] = [
	{
		number: 3,
		startedAt: 2000 as EpochMs,
		completedAt: 2500 as EpochMs,
		outcome: 'FAILED',
		error: 'no route',
		bytesSent: 2,
	},
	{
		number: 4,
		startedAt: 4000 as EpochMs,
		completedAt: 4500 as EpochMs,
		outcome: 'REJECTED',
		error: 'not wanted',
		bytesSent: 5,
	},
];

storeTest('an imported deadletter has its payload, metadata, reason and attempts', async (t, {store}) => {
	const moves: (readonly [PeerNo, readonly Move[]])[] = [];
	store.watchMoves((peer, what) => moves.push([peer, what]));
	let work = 0;
	store.onWork(() => work++);
	const results = await store.importDeadletters([
		imported('x', 'hello', {
			classNo: classOf('high'),
			contentType: 'text/plain',
			labels: {site: 'north'},
			dead: [death('a', {reason: 'MAX_RETRIES', chargedFailures: 2, attempts})],
		}),
	]);
	t.deepEqual(results, [[{status: 'imported'}]]);
	const record = recordOf(store, id('x'));
	t.like(record, {
		state: 'deadletter',
		reason: 'MAX_RETRIES',
		priority: 'high',
		sizeBytes: 5,
		chargedFailures: 2,
		contentType: 'text/plain',
		enqueuedAt: ENQUEUED_AT,
		updatedAt: (ENQUEUED_AT + 5000) as EpochMs,
		held: false,
	});
	t.deepEqual(record.labels, {site: 'north'});
	t.deepEqual(record.attempts, attempts);
	t.is(String(store.payload(id('x'))?.bytes), 'hello');
	t.deepEqual(moves, [[peerA, [{from: undefined, to: 'deadletter', reason: 'MAX_RETRIES', count: 1}]]]);
	t.is(work, 0);
	t.is(await store.lease(peerA, {maxBytes: 100, maxEntries: 10}), undefined);
	t.is(store.deadletterCounts(peerA).MAX_RETRIES, 1);
	t.is(store.waitingBytes(peerA), 0);
});

storeTest('attempts beyond what a row keeps are cut as its own are', async (t, {store}) => {
	const many = Array.from({length: 130}, (_, n): Attempt => {
		const at = n as EpochMs;
		return {
			number: n + 1,
			startedAt: at,
			completedAt: at,
			outcome: 'FAILED',
			error: 'x'.repeat(5000),
			bytesSent: 0,
		};
	});
	await store.importDeadletters([imported('x', 'hello', {dead: [death('a', {attempts: many})]})]);
	const kept = recordOf(store, id('x')).attempts;
	t.is(kept.length, 100);
	t.is(kept.at(-1)?.number, 130);
	t.is(kept[0]?.error?.length, 1024);
});

storeTest(
	'what is imported and retried is sent as any other, over a restart too, in the order of enqueues',
	async (t, fixture) => {
		const {store} = fixture;
		await store.importDeadletters([
			imported('late', 'second', {enqueuedAt: (ENQUEUED_AT + 1) as EpochMs, dead: [death('a', {attempts})]}),
			imported('early', 'first', {dead: [death('a', {attempts}), death('b')]}),
			imported('stays', 'third'),
		]);
		await store.retry(id('late'), A);
		const again = await fixture.reopen();
		await again.retry(id('early'), A);
		const lease = await take(again);
		t.deepEqual(textsOf(again, lease), ['first', 'second']);
		t.like(lease.entry(0), {enqueuedAt: ENQUEUED_AT, attemptCount: 4, expiresInMs: undefined});
		await again.settle(lease, {acked: [[1, 1]], exceptions: [fails(0)]});
		t.deepEqual(
			recordOf(again, id('early')).attempts.map(({number}) => number),
			[3, 4, 5],
		);
		t.is(recordOf(again, id('late')).state, 'acked');
		t.is(recordOf(again, id('stays')).state, 'deadletter');
		t.is(recordOf(again, id('early'), B).state, 'deadletter');
	},
	{peerCount: 2},
);

storeTest(
	'an export of another store comes back as it was, and a second time nothing is changed',
	async (t, {store}) => {
		const other = await storeFixture(t, {}, 2);
		const made = await fillDead(other.store, ['one', 'two'], {to: [A, B]});
		const given = await fillDead(other.store, ['three'], {id: 'mine', labels: {k: 'v'}});
		const lease = await take(other.store, undefined, peerB);
		await other.store.settle(lease, {acked: [], exceptions: [buried(0), fails(1)]});
		const all = [...made, ...given];
		const drafts = all.map(each => exported(other.store, each));
		t.deepEqual(outcomes(await store.importDeadletters(drafts)), [
			'imported imported',
			'imported',
			'imported',
		]);
		const shown = (from: typeof store) =>
			all.flatMap(each => from.inspect(each).filter(({state}) => state === 'deadletter'));
		t.deepEqual(shown(store), shown(other.store));
		const depth = store.depth();
		t.deepEqual(outcomes(await store.importDeadletters(drafts)), ['present present', 'present', 'present']);
		t.deepEqual(store.depth(), depth);
		await store.retryMatching({}, 100);
		await ackAll(store, await take(store));
		t.deepEqual(
			outcomes(await store.importDeadletters(drafts)),
			['present present', 'present', 'present'],
			'delivered meanwhile',
		);
	},
	{peerCount: 2},
);

storeTest(
	'what was exported, purged and imported here is one record again, as often as that is done',
	async (t, fixture) => {
		const {store} = fixture;
		const [made = id('')] = await fillDead(store, ['one', 'two']);
		const [given = id('')] = await fillDead(store, ['three'], {id: 'mine'});
		const drafts = [exported(store, made), exported(store, given)];
		for (let round = 0; round < 3; round++) {
			await store.purge(made, A);
			await store.purge(given, A);
			t.is(store.inspect(made).length, 0);
			t.deepEqual(
				outcomes(await store.importDeadletters(drafts)),
				['imported', 'imported'],
				`round ${round}`,
			);
			t.deepEqual(outcomes(await store.importDeadletters(drafts)), ['present', 'present']);
			t.is(store.inspect(made).length, 1);
			t.is(store.depth().deadletter, 3);
		}
		// A sender that repeats itself meets the record that is here now.
		const repeated = await store.enqueue(
			[draft(store, 'one', {identity: exported(store, made).identity})],
			'all',
		);
		t.is(repeated.status(0), 'duplicate');
		await store.purge(made, A);
		await store.purge(given, A);
		fixture.clock.advance(40 * 86_400_000);
		await tendAll(store);
		t.deepEqual(
			outcomes(await store.importDeadletters(drafts)),
			['imported', 'imported'],
			'forgotten meanwhile',
		);
		await store.retry(made, A);
		const lease = await take(store);
		t.deepEqual(leasedIds(lease), [made]);
		t.deepEqual(textsOf(store, lease), ['one']);
	},
);

storeTest(
	'a segment that is here for other peers gets its deadletter back where it was',
	async (t, {store}) => {
		const [first = id(''), second = id('')] = await fill(store, ['one', 'two'], {to: [A, B]});
		await store.force(first, A);
		const draftOfIt = exported(store, first);
		await store.purge(first, A);
		t.deepEqual(outcomes(await store.importDeadletters([draftOfIt])), ['imported']);
		t.is(recordOf(store, first).reason, 'FORCED');
		// `c` never had it.
		const forC = {...draftOfIt, dead: [death('a'), death('c'), death('b')]};
		t.deepEqual(outcomes(await store.importDeadletters([forC])), ['present imported present']);
		t.is(recordOf(store, first, C).state, 'deadletter');
		t.deepEqual(
			store.inspect(second).map(({peerId}) => peerId),
			[A, B],
			'what is stored with it is not for c',
		);
		t.deepEqual(outcomes(await store.importDeadletters([forC])), ['present present present']);
		await store.retry(first, C);
		const [, , peerC] = store.peers();
		const lease = await take(store, undefined, peerC?.no);
		t.deepEqual(textsOf(store, lease), ['one']);
		await ackAll(store, lease);
		t.is(recordOf(store, first, C).state, 'acked');
		await ackAll(store, await take(store, undefined, peerB));
		t.is(recordOf(store, first).state, 'deadletter');
	},
	{peerCount: 3},
);

storeTest(
	'where the payload is gone for good, a further peer is a conflict that says so',
	async (t, {store}) => {
		const [first = id('')] = await fill(store, ['one'], {to: [B]});
		await ackAll(store, await take(store, undefined, peerB));
		const [[result] = []] = await store.importDeadletters([imported(first, 'one')]);
		t.is(result?.status, 'conflict');
		t.regex(result?.note ?? '', /payload is not kept any more/);
		t.is(store.inspect(first).length, 1);
	},
	{peerCount: 2},
);

storeTest(
	'an added peer counts for a success condition as any other',
	async (t, {store}) => {
		const [first = id('')] = await fill(store, ['one', 'two'], {to: [A, B]});
		await store.importDeadletters([imported(first, 'one', {dead: [death('c')]})]);
		await store.retry(first, C);
		const [, , peerC] = store.peers();
		await ackAll(store, await take(store, undefined, peerC?.no));
		t.deepEqual(
			store.inspect(first).map(({state}) => state),
			['satisfied', 'satisfied', 'acked'],
		);
	},
	{peerCount: 3, settings: {successCondition: 'one_peer'}},
);

storeTest(
	'other bytes are a conflict and change nothing, the rest of the call comes in',
	async (t, {store}) => {
		await fill(store, ['one'], {id: 'taken'});
		const results = await store.importDeadletters([
			imported('taken', 'other'),
			imported('free', 'two'),
			imported('free', 'three'),
			imported('free', 'two', {dead: [death('b'), death('a')]}),
		]);
		t.deepEqual(outcomes(results), ['conflict', 'imported', 'conflict', 'imported present']);
		t.is(results[0]?.[0]?.note, 'the id is taken by other bytes');
		t.is(results[2]?.[0]?.note, 'the import has other bytes under the same id');
		t.is(recordOf(store, id('taken')).state, 'scheduled');
		t.deepEqual(
			store.inspect(id('free')).map(({peerId}) => peerId),
			[A, B],
		);
	},
	{peerCount: 2},
);

storeTest(
	'an address that this store has not made yet, and a reason without payload, are conflicts',
	async (t, {store}) => {
		const [made = id('')] = await fill(store, ['one']);
		const {identity} = imported(made, 'x');
		if (identity.kind !== 'foreign') {
			throw new Error('not a made id');
		}
		const ahead = {...identity, address: {...identity.address, block: 999_999 as never}};
		const results = await store.importDeadletters([
			{...imported(made, 'x'), identity: ahead},
			imported('y', 'y', {dead: [death('a', {reason: 'EVICTED'})]}),
		]);
		t.deepEqual(outcomes(results), ['conflict', 'conflict']);
		t.regex(results[0]?.[0]?.note ?? '', /has not made yet/);
		t.regex(results[1]?.[0]?.note ?? '', /EVICTED has no payload/);
		t.is(store.depth().deadletter, 0);
	},
);

storeTest(
	'an import and enqueues of the same ids at the same time: one of them has it',
	async (t, {store}) => {
		const drafts = Array.from({length: 50}, (_, n) => `id-${n}`);
		const [imports, ...enqueues] = await Promise.all([
			store.importDeadletters(drafts.map(each => imported(each, each))),
			...drafts.map(each => store.enqueue([draft(store, each, {id: each})], 'each')),
		]);
		for (const [at, each] of drafts.entries()) {
			const isImported = imports[at]?.[0]?.status === 'imported';
			t.is(enqueues[at]?.status(0), isImported ? 'duplicate' : 'accepted');
			t.is(store.inspect(id(each)).length, 1);
		}
	},
);

storeTest(
	'no room: nothing is imported, and nothing that waits gives way',
	async (t, {store}) => {
		await fill(store, ['x'.repeat(20_000), 'y'.repeat(20_000)]);
		await t.throwsAsync(
			store.importDeadletters([imported('small', 's'), imported('large', 'z'.repeat(20_000))]),
			{code: 'QUEUE_FULL', message: /the queue is full/},
		);
		t.like(store.depth(), {scheduled: 2, deadletter: 0});
		t.deepEqual(store.inspect(id('small')), []);
		await store.importDeadletters([imported('small', 's')]);
		t.like(store.depth(), {scheduled: 2, deadletter: 1});
	},
	{settings: {diskCeilingBytes: 50_000, overflow: 'evict_oldest'}},
);

storeTest(
	'deadletters that were imported are retired by how long they are here',
	async (t, {store, clock}) => {
		await store.importDeadletters([imported('x', 'hello')]);
		await store.retirement.retire({olderThanMs: 60_000});
		t.is(store.depth().deadletter, 1, 'it died long ago');
		clock.advance(61_000);
		await store.retirement.retire({olderThanMs: 60_000});
		t.is(store.depth().deadletter, 0);
	},
);

const refuses = test.macro({
	title: (_, what: string) => `an import is refused as a whole: ${what}`,
	exec: async (t, _what: string, over: Partial<ImportDraft>, code: string, message: RegExp) => {
		const {store} = await storeFixture(t, {maxSegmentBytes: 1000});
		await t.throwsAsync(store.importDeadletters([imported('good', 'g'), imported('bad', 'b', over)]), {
			code,
			message,
		});
		t.is(store.depth().deadletter, 0);
	},
});
const wrong = (over: Parameters<typeof death>[1]): Partial<ImportDraft> => ({dead: [death('a', over)]});
const attempt = (over: Partial<Attempt>): Partial<ImportDraft> =>
	wrong({attempts: [{...(attempts[0] as Attempt), ...over}]});
const INVALID = 'INVALID_ARGUMENT';
test(refuses, 'too large', {payload: Buffer.alloc(1001)}, 'TOO_LARGE', /1001 bytes/);
test(refuses, 'unknown peer', {dead: [death('nobody')]}, 'UNKNOWN_PEER', /there is no peer nobody/);
test(refuses, 'no id', {identity: {kind: 'made'}}, INVALID, /it has no id/);
test(refuses, 'no peer', {dead: []}, INVALID, /segment bad cannot be imported: it is dead for no peer/);
test(
	refuses,
	'no reason',
	wrong({reason: 'BORED' as never}),
	INVALID,
	/bad for peer a .*no reason BORED; there are MAX_RETRIES/,
);
test(refuses, 'no time', wrong({diedAt: Number.NaN as EpochMs}), INVALID, /it died at NaN, which is no time/);
test(refuses, 'before all time', {enqueuedAt: -1 as EpochMs}, INVALID, /enqueued at -1/);
test(refuses, 'no count', wrong({chargedFailures: -1}), INVALID, /failed -1 times/);
test(refuses, 'no class', {classNo: 9 as never}, INVALID, /no class 9/);
test(
	refuses,
	'no outcome',
	attempt({outcome: 'LOST' as never}),
	INVALID,
	/attempt 3: there is no outcome LOST/,
);
test(refuses, 'no attempt number', attempt({number: 0}), INVALID, /numbered upwards/);
test(
	refuses,
	'attempt in the far future',
	attempt({startedAt: (2 ** 60) as EpochMs}),
	INVALID,
	/a time that is none/,
);
test(refuses, 'bytes that nobody sent', attempt({bytesSent: 2 ** 48 - 1}), INVALID, /which is no count/);
test(refuses, 'a hostile label', {labels: {'': 'x'}}, INVALID, /label/);

test('a closed store imports nothing', async t => {
	const {store} = await storeFixture(t);
	await store.close();
	await t.throwsAsync(store.importDeadletters([imported('x', 'x')]), {code: 'SHUTTING_DOWN'});
});
