import type {DeliveryRecord} from '../../src/outbound/record.js';
import type {EpochMs} from '../../src/outbound/units.js';
import type {RecordFilter} from '../../src/storage/selectors.js';
import type {StoreFixture} from '../helpers/store-fixture.js';
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
	peerB,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

type Store = StoreFixture['store'];

/** Every page of a listing, with `limit` records each. */
const pagesOf = (store: Store, filter: RecordFilter, limit: number): DeliveryRecord[][] => {
	const pages: DeliveryRecord[][] = [];
	for (let cursor: string | undefined; pages.length < 1000; ) {
		const page = store.list(filter, cursor === undefined ? {limit} : {limit, cursor});
		pages.push([...page.records]);
		if (page.nextCursor === undefined) {
			return pages;
		}
		cursor = page.nextCursor;
	}
	throw new Error('the listing does not end');
};
const listed = (store: Store, filter: RecordFilter, limit = 1000): DeliveryRecord[] =>
	pagesOf(store, filter, limit).flat();
const keysOf = (records: readonly DeliveryRecord[]): string[] =>
	records.map(({segmentId, peerId}) => `${segmentId} ${peerId}`);

/** Something in every place and state, for two peers, in full blocks and in blocks of one. */
const populate = async ({store, clock}: StoreFixture): Promise<void> => {
	const to = [A, B];
	await fill(store, ['acked 1', 'acked 2'], {to, labels: {kind: 'log'}});
	await fillOneByOne(store, ['acked 3', 'acked 4'], {to});
	await ackAll(store, await take(store));
	await fill(store, ['f 1', 'f 2', 'dead 1', 'dead 2', 'ok', 'released'], {
		to,
		labels: {kind: 'log', site: 'x'},
	});
	await store.settle(await take(store), {
		acked: [[4, 4]],
		exceptions: [fails(0, 60_000), fails(1, 90_000), buried(2), buried(3, 'exhaust')],
	});
	clock.advance(1000);
	const [forced] = await fill(store, ['forced', 'purged', 'still dead'], {to, classNo: 0});
	await store.settle(await take(store, {...BIG_WINDOW, maxEntries: 3}), {
		acked: [],
		exceptions: [buried(1), buried(2)],
	});
	if (forced !== undefined) {
		await store.force(forced, A);
	}
	const [purged] = listed(store, {state: 'deadletter', since: clock.now()}).filter(
		({priority}) => priority === 'urgent',
	);
	if (purged !== undefined) {
		await store.purge(purged.segmentId, A);
	}
	await fill(store, ['bulk 1', 'bulk 2'], {to, classNo: 3, labels: {kind: 'image'}});
	await fillOneByOne(store, ['w 1', 'w 2', 'w 3'], {to});
	await take(store, {...BIG_WINDOW, maxEntries: 2});
	await take(store, {...BIG_WINDOW, maxEntries: 1}, peerB);
};

/** When the second half is enqueued: a fixture's clock stands until it is moved. */
const LATER = 1_750_000_001_000 as EpochMs;

/** What a listing must give: every record of every segment, looked up one by one. */
const everything = (store: Store): DeliveryRecord[] =>
	listed(store, {}).flatMap(({segmentId, peerId}) => store.inspect(segmentId, peerId));

const filters: readonly (readonly [string, RecordFilter, (record: DeliveryRecord) => boolean])[] = [
	['nothing', {}, () => true],
	...(['scheduled', 'inflight', 'failed', 'acked', 'satisfied', 'deadletter'] as const).map(
		state => [`state ${state}`, {state}, (record: DeliveryRecord) => record.state === state] as const,
	),
	['a peer', {peer: B}, record => record.peerId === B],
	[
		'a peer and a state',
		{peer: A, state: 'scheduled'},
		record => record.peerId === A && record.state === 'scheduled',
	],
	['a priority', {priority: 'bulk'}, record => record.priority === 'bulk'],
	[
		'the priority of dead ones',
		{priority: 'urgent', state: 'deadletter'},
		record => record.priority === 'urgent' && record.state === 'deadletter',
	],
	['a label', {label: {name: 'kind', value: 'log'}}, record => record.labels['kind'] === 'log'],
	['a label that is a property of every object', {label: {name: 'constructor', value: 'x'}}, () => false],
	['a reason', {reason: 'REJECTED'}, record => record.reason === 'REJECTED'],
	[
		'a reason and a peer',
		{reason: 'FORCED', peer: A},
		record => record.reason === 'FORCED' && record.peerId === A,
	],
	['a reason nobody died of', {reason: 'QUOTA'}, () => false],
	['a reason of what is not dead', {reason: 'REJECTED', state: 'failed'}, () => false],
	["two labels of which one is another's value", {label: {name: 'site', value: 'log'}}, () => false],
	['the time since', {enqueuedSince: LATER}, record => record.enqueuedAt >= LATER],
	['the time before', {enqueuedUntil: LATER}, record => record.enqueuedAt < LATER],
	[
		'a time, a class and a state',
		{enqueuedSince: LATER, enqueuedUntil: (LATER + 1) as EpochMs, priority: 'bulk', state: 'scheduled'},
		record => record.enqueuedAt >= LATER && record.priority === 'bulk' && record.state === 'scheduled',
	],
	['a time that never was', {enqueuedSince: LATER, enqueuedUntil: LATER}, () => false],
	['the time from the beginning', {enqueuedSince: 0 as EpochMs}, () => true],
	['the time to come', {enqueuedSince: (LATER + 1) as EpochMs}, () => false],
];

for (const [what, filter, matches] of filters) {
	storeTest(
		`a listing by ${what} gives each record that matches once, whatever the page size`,
		async (t, fixture) => {
			await populate(fixture);
			const {store} = fixture;
			const expected = keysOf(everything(store).filter(matches)).toSorted();
			for (const limit of [1, 2, 3, 7, 1000]) {
				t.deepEqual(keysOf(listed(store, filter, limit)).toSorted(), expected, `pages of ${limit}`);
			}
			for (const record of listed(store, filter, 3)) {
				t.deepEqual(record, store.inspect(record.segmentId, record.peerId)[0]);
			}
			const {total} = store.list(filter, {limit: 1});
			const isByTime = (filter.enqueuedSince ?? filter.enqueuedUntil) !== undefined;
			if (filter.label === undefined && filter.priority === undefined && !isByTime) {
				t.is(total, expected.length, 'and the total is that of the counters');
			} else {
				t.is(total, undefined);
			}
		},
		{peerCount: 2},
	);
}

storeTest(
	'a listing holds every record that the counters know',
	async (t, fixture) => {
		await populate(fixture);
		const {store} = fixture;
		const all = listed(store, {});
		const {total, ...depth} = store.depth();
		t.is(all.length, total);
		for (const state of ['scheduled', 'inflight', 'failed', 'acked', 'deadletter'] as const) {
			t.is(all.filter(record => record.state === state).length, depth[state], state);
		}
	},
	{peerCount: 2},
);

storeTest('deadletters are listed from a time on', async (t, {store, clock}) => {
	await fillDead(store, ['early']);
	clock.advance(5000);
	const since = clock.now();
	const late = await fillDead(store, ['late 1', 'late 2', 'late 3']);
	for (const limit of [1, 2, 10]) {
		t.deepEqual(
			listed(store, {state: 'deadletter', since}, limit).map(({segmentId}) => segmentId),
			late,
		);
		t.deepEqual(listed(store, {reason: 'REJECTED', since: (since + 1) as EpochMs}, limit), []);
	}
	t.is(store.list({state: 'deadletter', since}, {limit: 1}).total, undefined);
});

storeTest('waiting records are listed in their order of service', async (t, {store}) => {
	const normal = await fillOneByOne(store, ['1', '2']);
	const urgent = await fill(store, ['3', '4'], {classNo: 0});
	const bulk = await fill(store, ['5'], {classNo: 3});
	t.deepEqual(
		listed(store, {state: 'scheduled'}, 2).map(({segmentId}) => segmentId),
		[...urgent, ...normal, ...bulk],
	);
});

storeTest(
	'records that come and go between two pages are no reason to miss or repeat others',
	async (t, {store}) => {
		const ids = await fillOneByOne(store, Array.from({length: 20}, String));
		const first = store.list({state: 'scheduled'}, {limit: 5});
		const lease = await take(store, {...BIG_WINDOW, maxEntries: 8});
		await ackAll(store, lease);
		await fill(store, ['new']);
		const seen = [...first.records];
		for (let cursor = first.nextCursor; cursor !== undefined; ) {
			const page = store.list({state: 'scheduled'}, {limit: 5, cursor});
			seen.push(...page.records);
			cursor = page.nextCursor;
		}
		const found = seen.map(({segmentId}) => segmentId);
		t.is(new Set(found).size, found.length);
		t.deepEqual(found.slice(0, 5), ids.slice(0, 5));
		t.deepEqual(found.slice(5, 17), ids.slice(8));
		t.is(found.length, 18);
	},
);

storeTest('a page looks at 10,000 rows at most and carries on', async (t, {store}) => {
	for (let call = 0; call < 12; call++) {
		// Each block has one that carries the label, so that none can be passed by.
		await fill(store, [`sought ${call}`], {labels: {find: 'me'}});
		await fill(store, Array.from({length: 1000}, String), {labels: {find: 'you'}});
	}
	const filter = {label: {name: 'find', value: 'you'}};
	const page = store.list({...filter, state: 'scheduled'}, {limit: 1000});
	t.is(page.records.length, 1000);
	t.true(page.examined <= 1010, `${page.examined}`);
	t.not(page.nextCursor, undefined);
	t.is(listed(store, filter).length, 12_000);
});

storeTest('blocks of one that do not match are passed by, 10,000 a page', async (t, {store}) => {
	const peers = 'all';
	for (let part = 0; part < 11; part++) {
		await Promise.all(
			Array.from({length: 1000}, async (_, at) => store.enqueue([draft(store, `${part} ${at}`)], peers)),
		);
	}
	const [last] = await fill(store, ['last'], {labels: {find: 'me'}});
	const filter = {label: {name: 'find', value: 'me'}};
	t.deepEqual(
		listed(store, filter, 10).map(({segmentId}) => segmentId),
		[last],
	);
	for (let cursor: string | undefined; ; ) {
		const page = store.list(filter, cursor === undefined ? {limit: 10} : {limit: 10, cursor});
		t.true(page.examined <= 10_000, `${page.examined}`);
		if (page.nextCursor === undefined) {
			break;
		}
		cursor = page.nextCursor;
	}
});

storeTest('a block that cannot match costs one look, whatever it holds', async (t, {store, clock}) => {
	for (let call = 0; call < 20; call++) {
		clock.advance(1000);
		await fill(store, Array.from({length: 1000}, String), {labels: {site: 'x'}});
	}
	const since = clock.now();
	const cheap: readonly RecordFilter[] = [
		{label: {name: 'site', value: 'y'}},
		{label: {name: 'sit', value: 'x'}},
		{priority: 'urgent'},
		{enqueuedSince: (since + 1) as EpochMs},
		{enqueuedUntil: (since - 19_000) as EpochMs},
		{state: 'failed'},
	];
	for (const filter of cheap) {
		const page = store.list(filter, {limit: 10});
		t.like(page, {records: [], nextCursor: undefined}, JSON.stringify(filter));
		t.true(page.examined <= 40, `${JSON.stringify(filter)}: ${page.examined}`);
	}
	const newest = store.list({enqueuedSince: since}, {limit: 10});
	t.is(newest.records.length, 10);
	t.true(newest.examined <= 12, `${newest.examined}`);
});

storeTest('a clock that jumps between two enqueues hides neither', async (t, {store, clock}) => {
	const [before] = await fill(store, ['before']);
	clock.advance(60_000);
	clock.jump(-365 * 86_400_000);
	const [after] = await fill(store, ['after']);
	clock.advance(60_000);
	const half = (clock.now() - 90_000) as EpochMs;
	const ids = (filter: RecordFilter) => listed(store, filter).map(({segmentId}) => segmentId);
	t.deepEqual(ids({enqueuedSince: half}), [after]);
	t.deepEqual(ids({enqueuedUntil: half}), [before]);
});

storeTest('a page never has more than a thousand records', async (t, {store}) => {
	await fill(store, Array.from({length: 1001}, String));
	t.is(store.list({}, {limit: 1_000_000}).records.length, 1000);
	t.is(store.list({}, {limit: 0}).records.length, 1);
});

storeTest('an empty store has an empty page', async (t, {store}) => {
	t.deepEqual(store.list({}, {limit: 10}), {records: [], examined: 0, nextCursor: undefined, total: 0});
	t.throws(() => store.list({peer: 'nobody' as typeof A}, {limit: 1}), {code: 'UNKNOWN_PEER'});
});

const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const badCursors: readonly string[] = [
	'',
	'x',
	'%%%',
	forged(null),
	forged([]),
	forged({}),
	forged({peer: 1, stage: 'queue', key: 'x', sub: 0, entry: 0}),
	forged({peer: 1, stage: 'meta', key: [1], sub: 0, entry: 0}),
	forged({peer: 1, stage: '__proto__', key: [1], sub: 0, entry: 0}),
	forged({peer: 2, stage: 'queue', key: [1, 2, 3], sub: 0, entry: 0}),
	forged({peer: 1, stage: 'queue', key: [1, '2', 3], sub: 0, entry: 0}),
	forged({peer: 1, stage: 'queue', key: [1, 2, 3, 4, 5, 6, 7], sub: 0, entry: 0}),
	forged({peer: 1, stage: 'queue', key: [1, 2, 3], sub: 0, entry: 'x'}),
	forged({peer: 1.5, stage: 'queue', key: [1.5], sub: 0, entry: 0}),
];

storeTest('a cursor that no page gave is refused', async (t, {store}) => {
	await fill(store, ['x']);
	for (const cursor of badCursors) {
		t.throws(
			() => store.list({}, {limit: 1, cursor}),
			{code: 'INVALID_ARGUMENT'},
			Buffer.from(cursor, 'base64url').toString(),
		);
	}
});

storeTest('a cursor into nowhere is an end, not a fault', async (t, {store}) => {
	await store.enqueue([draft(store, 'x')], 'all');
	for (const key of [[1, 9, 9e15], [1], [1, -5, -7]]) {
		t.notThrows(() =>
			store.list({}, {limit: 1, cursor: forged({peer: 1, stage: 'queue', key, sub: 0, entry: 5000})}),
		);
	}
});
