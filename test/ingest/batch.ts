import test, {type ExecutionContext} from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import type {StoreId} from '../../src/outbound/made-id.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {BlockNo, EntryNo} from '../../src/outbound/units.js';
import {
	encodeRequest,
	parseAnswer,
	REQUEST_CONTENT_TYPE,
	type RequestEntry,
} from '../../src/storage/request-codec.js';
import type {SegmentIdentity} from '../../src/storage/store.js';
import type {HttpAnswer} from '../helpers/http-ask.js';
import {type IngestFixture, startIngest} from '../helpers/ingest.js';
import {noQuota} from '../helpers/no-quota.js';

const headers = {'content-type': REQUEST_CONTENT_TYPE};
const given = (id: string): SegmentIdentity => ({kind: 'given', id: id as SegmentId});
const entry = (fields: Partial<RequestEntry> & {text?: string}): RequestEntry => ({
	identity: {kind: 'made'},
	payload: Buffer.from(fields.text ?? 'payload'),
	classNo: 2,
	hops: 0,
	...fields,
});

const framed = (entries: readonly RequestEntry[]): {body: Buffer; digest: string} => {
	const {head, payloads, digest} = encodeRequest(entries);
	return {body: Buffer.concat([head, ...payloads]), digest};
};

const post = async (
	t: ExecutionContext,
	{ask}: IngestFixture,
	entries: readonly RequestEntry[],
): Promise<unknown> => {
	const {body, digest} = framed(entries);
	const answer = await ask({headers}, body);
	t.is(answer.status, 200);
	return parseAnswer(answer.body.toString(), entries.length, digest);
};

test('a request is stored by one call and answered entry by entry', async t => {
	const fixture = await startIngest(t);
	const address = {store: 9 as StoreId, block: 8 as BlockNo, entry: 7 as EntryNo};
	const entries = [
		entry({
			text: 'a',
			contentType: 'text/plain',
			labels: {site: 'north'},
			classNo: 0,
			lifetimeMs: 5000,
			hops: 2,
		}),
		entry({identity: given('b'), text: 'b'}),
		entry({identity: {kind: 'foreign', address}, text: 'c'}),
	];
	t.deepEqual(await post(t, fixture, entries), {
		kind: 'answer',
		accepted: [[0, 2]],
		duplicate: [],
		rejected: [],
	});
	t.deepEqual(fixture.store.calls, [3]);
	const [first, second, third] = fixture.store.drafts;
	t.like(first, {
		identity: {kind: 'made'},
		contentType: 'text/plain',
		labels: {site: 'north'},
		classNo: 0,
		expiresInMs: 5000,
		hops: 3,
		route: {key: 'peer-default'},
	});
	t.like(second, {identity: {kind: 'given', id: 'b'}, hops: 1});
	t.like(third, {identity: {kind: 'foreign', address}});
	t.deepEqual(
		fixture.store.drafts.map(({payload}) => String(payload)),
		['a', 'b', 'c'],
	);
});

test('an entry that a daily quota can never let through is refused alone, and its neighbours are stored', async t => {
	const fixture = await startIngest(t);
	fixture.store.quota = {
		...noQuota,
		refusal: (peers, classNo, bytes) =>
			bytes > 5 && classNo > 0 ? `never to ${peers.length} peer` : undefined,
	};
	const answer = await post(t, fixture, [
		entry({text: 'small'}),
		entry({text: 'larger'}),
		entry({text: 'urgent', classNo: 0}),
	]);
	t.deepEqual(answer, {
		kind: 'answer',
		accepted: [
			[0, 0],
			[2, 2],
		],
		duplicate: [],
		rejected: [{index: 1, code: 'TOO_LARGE', message: 'never to 1 peer'}],
	});
});

test('each entry has its own fate', async t => {
	const fixture = await startIngest(t, {maxSegmentBytes: 100, maxHops: 8});
	await post(t, fixture, [
		entry({identity: given('known'), text: 'same'}),
		entry({identity: given('taken'), text: 'one'}),
	]);
	const answer = await post(t, fixture, [
		entry({text: 'new'}),
		entry({identity: given('known'), text: 'same'}),
		entry({identity: given('taken'), text: 'two'}),
		entry({text: 'x'.repeat(101)}),
		entry({text: 'seventh', hops: 7}),
		entry({text: 'eighth', hops: 8}),
		entry({labels: {bad: 'x'.repeat(1025)}}),
		entry({identity: given(`seg-${'v'.repeat(22)}`)}),
		entry({text: 'last'}),
	]);
	t.deepEqual(answer, {
		kind: 'answer',
		accepted: [
			[0, 0],
			[4, 4],
			[8, 8],
		],
		duplicate: [[1, 1]],
		rejected: [
			{index: 2, code: 'CONFLICT', message: 'has other bytes'},
			{index: 3, code: 'TOO_LARGE', message: '101 bytes are more than 100'},
			{index: 5, code: 'INVALID_ARGUMENT', message: 'It has passed 9 edged, which is more than max_hops (8)'},
			{
				index: 6,
				code: 'INVALID_ARGUMENT',
				message: 'label bad must be at most 1024 bytes of well-formed text',
			},
			{index: 7, code: 'INVALID_ARGUMENT', message: 'Its id or its metadata is out of form'},
		],
	});
	t.like(fixture.server.counters, {accepted: 5, duplicate: 1, rejected: 5});
});

test('the empty request proves the receiver well and stores nothing, whatever the routes', async t => {
	const fixture = await startIngest(t, {backend: {defaultRoute: () => undefined}});
	t.deepEqual(await post(t, fixture, []), {kind: 'answer', accepted: [], duplicate: [], rejected: []});
	t.deepEqual(fixture.store.calls, []);
});

test('a request of nothing but refused entries is answered without the store', async t => {
	const fixture = await startIngest(t);
	t.like(await post(t, fixture, [entry({hops: 9})]), {rejected: [{index: 0, code: 'INVALID_ARGUMENT'}]});
	t.deepEqual(fixture.store.calls, []);
});

test('a producer may name the peers of a whole request', async t => {
	const {ask, store} = await startIngest(t);
	const {body} = framed([entry({})]);
	t.is((await ask({headers: {...headers, 'edged-peers': 'peer-x'}}, body)).status, 200);
	t.is(String(store.drafts[0]?.route.key), 'peer-x');
});

const message = (answer: HttpAnswer): string => (answer.json() as {error: {message: string}}).error.message;

test('a payload that was damaged on its way refuses the request, so that it is sent again', async t => {
	const {ask, store} = await startIngest(t);
	const {body} = framed([entry({text: 'a'}), entry({text: 'b'})]);
	body[body.length - 1] = 0;
	const answer = await ask({headers}, body);
	t.is(answer.status, 400);
	t.is(message(answer), 'Entry 1 was damaged on its way: its crc32 does not match');
	t.deepEqual(store.calls, []);
});

test('what is no request is refused', async t => {
	const {ask, store} = await startIngest(t);
	const answer = await ask(
		{headers: {'content-type': `${REQUEST_CONTENT_TYPE.toUpperCase()}; v=1`}},
		'not a request',
	);
	t.is(answer.status, 400);
	t.is(message(answer), 'This is no request: 13 bytes are too few for a request');
	t.deepEqual(store.calls, []);
});

test('a full queue refuses the whole request and says when to come back', async t => {
	const {ask, store, server} = await startIngest(t);
	store.beforeCommit = () => Promise.reject(new EdgedError('QUEUE_FULL', 'full'));
	const answer = await ask({headers}, framed([entry({})]).body);
	t.is(answer.status, 429);
	t.is(answer.headers['retry-after'], '5');
	t.is(server.usage.bufferedBytes, 0);
});

test('the buffers of a request are held until it is stored', async t => {
	const {ask, store, server} = await startIngest(t);
	const {body} = framed([entry({text: 'x'.repeat(1000)})]);
	let heldBytes = 0;
	store.beforeCommit = async () => {
		heldBytes = server.usage.bufferedBytes;
	};
	await ask({headers}, body);
	t.is(heldBytes, body.length);
	t.is(server.usage.bufferedBytes, 0);
});

test('one segment fits into a request even when the buffers are smaller', async t => {
	const fixture = await startIngest(t, {maxBufferedBytes: 1000, maxSegmentBytes: 50_000});
	t.like(await post(t, fixture, [entry({text: 'x'.repeat(50_000)})]), {accepted: [[0, 0]]});
});

test('megabytes of small entries are examined in turns and stored whole', async t => {
	const fixture = await startIngest(t);
	const entries = Array.from({length: 5000}, (_, index) => entry({payload: Buffer.alloc(1024, index)}));
	t.deepEqual(await post(t, fixture, entries), {
		kind: 'answer',
		accepted: [[0, 4999]],
		duplicate: [],
		rejected: [],
	});
});

test('a request of many empty entries is examined in turns, so that nobody waits for all of it', async t => {
	const fixture = await startIngest(t);
	const entries = Array.from({length: 32_768}, () => entry({payload: Buffer.alloc(0)}));
	const {body} = framed(entries);
	let turns = 0;
	let examined = false;
	const count = (): void => {
		turns += fixture.server.counters.receivedBytes === body.length ? 1 : 0;
		if (!examined) {
			setImmediate(count);
		}
	};
	fixture.store.beforeCommit = async () => {
		examined = true;
	};
	count();
	t.is((await fixture.ask({headers}, body)).status, 200);
	t.true(turns >= 30, `${turns} turns`);
});
