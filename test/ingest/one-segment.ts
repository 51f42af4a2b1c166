import {hash} from 'node:crypto';
import test from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {formatMadeId, type StoreId} from '../../src/outbound/made-id.js';
import type {BlockNo, EntryNo} from '../../src/outbound/units.js';
import {startIngest} from '../helpers/ingest.js';

const text = (answer: {json(): unknown}): string => JSON.stringify(answer.json());
const errorCode = (answer: {json(): unknown}): unknown =>
	(answer.json() as {error: {code: string}}).error.code;

test('any body is one segment and gets an id', async t => {
	const {ask, store} = await startIngest(t);
	const answer = await ask({headers: {'content-type': 'text/plain'}}, 'hello');
	t.is(answer.status, 201);
	const [id] = [...store.segments.keys()];
	t.deepEqual(answer.json(), {segment_id: id, status: 'accepted', durability: 'durable'});
	t.is(String(store.drafts[0]?.payload), 'hello');
	t.like(store.drafts[0], {contentType: 'text/plain', classNo: 2, hops: 0, route: {key: 'peer-default'}});
});

test('an empty body is a segment too', async t => {
	const {ask, store} = await startIngest(t);
	t.is((await ask({headers: {'content-length': 0}})).status, 201);
	t.is(store.drafts[0]?.payload.length, 0);
});

test('headers name the segment, its peers, its priority, its life and its labels', async t => {
	const {ask, store} = await startIngest(t);
	const headers = {
		'Edged-Segment-Id': 'camera:1',
		'Edged-Peers': 'peer-a, peer-b',
		'Edged-Priority': 'urgent',
		'Edged-Expires-In': '1.5',
		'Edged-Label-Site': 'north',
		'edged-label-unit': Buffer.from('°C').toString('latin1'),
	};
	const answer = await ask({headers}, 'x');
	t.is(text(answer), '{"segment_id":"camera:1","status":"accepted","durability":"durable"}');
	t.like(store.drafts[0], {
		identity: {kind: 'given', id: 'camera:1'},
		route: {key: 'peer-a,peer-b'},
		classNo: 0,
		expiresInMs: 1500,
		labels: {site: 'north', unit: '°C'},
	});
});

test('the same bytes under a known id are a duplicate, others a conflict', async t => {
	const {ask, server} = await startIngest(t);
	const headers = {'edged-segment-id': 'a'};
	t.is((await ask({headers}, 'one')).status, 201);
	const again = await ask({headers}, 'one');
	t.is(again.status, 200);
	t.like(again.json(), {segment_id: 'a', status: 'duplicate'});
	const other = await ask({headers}, 'two');
	t.is(other.status, 409);
	t.is(errorCode(other), 'CONFLICT');
	t.like(server.counters, {accepted: 1, duplicate: 1, acceptedBytes: 3, receivedBytes: 9});
	t.deepEqual([...server.counters.refusals], [['CONFLICT', 1]]);
});

test('an id of the made form means the segment that has it', async t => {
	const {ask, store} = await startIngest(t);
	const id = formatMadeId({store: 1 as StoreId, block: 2 as BlockNo, entry: 3 as EntryNo});
	await ask({headers: {'edged-segment-id': id}}, 'x');
	t.deepEqual(store.drafts[0]?.identity, {kind: 'foreign', address: {store: 1, block: 2, entry: 3}} as never);
});

const refused = test.macro(async (t, headers: Record<string, string>, status: number, message: RegExp) => {
	const {ask, store} = await startIngest(t);
	const answer = await ask({headers}, 'x');
	t.is(answer.status, status);
	t.regex((answer.json() as {error: {message: string}}).error.message, message);
	t.is(store.calls.length, 0);
});

test('an id with a space is refused', refused, {'edged-segment-id': 'a b'}, 400, /is no segment id/);
test(
	'an id that no edged can have made is refused',
	refused,
	{'edged-segment-id': `seg-${'v'.repeat(22)}`},
	400,
	/none has made it/,
);
test(
	'a priority that does not exist is refused',
	refused,
	{'edged-priority': 'asap'},
	400,
	/must be one of urgent, high/,
);
test('a life of no time is refused', refused, {'edged-expires-in': '0'}, 400, /seconds above 0/);
test('a life that is no number is refused', refused, {'edged-expires-in': '1h'}, 400, /seconds above 0/);
test('a life beyond a century is refused', refused, {'edged-expires-in': '3155760001'}, 400, /at most 31557/);
test('a peer that nobody knows is refused', refused, {'edged-peers': 'mars'}, 404, /mars is not known/);
test('an empty list of peers is refused', refused, {'edged-peers': ''}, 400, /is no peer id/);
test('a label that is not UTF-8 is refused', refused, {'edged-label-a': 'caf\u00e9'}, 400, /is not UTF-8/);
test('an encoded body is refused', refused, {'content-encoding': 'gzip'}, 415, /send the bytes as they are/);
test(
	'a body in a transfer coding that is not undone is refused',
	refused,
	{'transfer-encoding': 'gzip, chunked'},
	501,
	/gzip, chunked is not understood/,
);
test(
	'a digest that is none is refused',
	refused,
	{'content-digest': 'sha-256=:abc:'},
	400,
	/no base64 of a SHA-256/,
);

test('a label that is given twice is refused', async t => {
	const {ask} = await startIngest(t);
	const answer = await ask({headers: {'edged-label-a': ['1', '2']}}, 'x');
	t.is(answer.status, 400);
	t.is(text(answer), '{"error":{"code":"INVALID_ARGUMENT","message":"The label a is given twice"}}');
});

test('a digest in the headers is checked against the body', async t => {
	const {ask, store} = await startIngest(t);
	const digest = hash('sha256', 'hello', 'base64');
	t.is(
		(await ask({headers: {'content-digest': `sha-512=:AAAA:, sha-256=:${digest}:`}}, 'hello')).status,
		201,
	);
	t.is((await ask({headers: {digest: `SHA-256=${digest}`}}, 'hello')).status, 201);
	const damaged = await ask({headers: {digest: `sha-256=${digest}`}}, 'hallo');
	t.is(damaged.status, 400);
	t.is(store.segments.size, 2);
	t.deepEqual(store.drafts[0]?.sha256, hash('sha256', 'hello', 'buffer'));
});

test('without a default peer a segment must name its peers', async t => {
	const {ask} = await startIngest(t, {backend: {defaultRoute: () => undefined}});
	const answer = await ask({}, 'x');
	t.is(answer.status, 404);
	t.is(errorCode(answer), 'UNKNOWN_PEER');
	t.is((await ask({headers: {'edged-peers': 'peer-a'}}, 'x')).status, 201);
});

test('a body above the largest segment is refused before it is read, and counted as it comes when it has no length', async t => {
	const {ask, store, server} = await startIngest(t, {maxSegmentBytes: 1000});
	const announced = await ask({headers: {'content-length': 1001, expect: '100-continue'}});
	t.is(announced.status, 413);
	t.is(errorCode(announced), 'TOO_LARGE');
	t.is(server.counters.receivedBytes, 0);
	const chunked = await ask({headers: {'transfer-encoding': 'chunked'}}, Buffer.alloc(1001));
	t.is(chunked.status, 413);
	t.is((await ask({}, Buffer.alloc(1000))).status, 201);
	t.is(store.calls.length, 1);
	t.is(server.usage.bufferedBytes, 0);
});

const passes = test.macro(async (t, error: EdgedError, status: number, retryAfter: string) => {
	const {ask, store} = await startIngest(t);
	store.beforeCommit = () => Promise.reject(error);
	const answer = await ask({}, 'x');
	t.is(answer.status, status);
	t.is(answer.headers['retry-after'], retryAfter);
	t.deepEqual(answer.json(), {error: {code: error.code, message: error.message}});
});

test('a full queue asks to come back', passes, new EdgedError('QUEUE_FULL', 'full'), 429, '5');
test('a full disk asks to come back', passes, new EdgedError('STORAGE_FULL', 'disk full'), 507, '30');
test('a failing disk asks to come back', passes, new EdgedError('STORAGE_FAILED', 'disk broken'), 503, '10');

test('what no code was made for is told to the daemon, not to the caller', async t => {
	const {ask, store, errors} = await startIngest(t);
	const bug = new TypeError('/secret/path');
	store.beforeCommit = () => Promise.reject(bug);
	const answer = await ask({}, 'x');
	t.is(answer.status, 500);
	t.is(text(answer), '{"error":{"code":"INTERNAL","message":"Internal error"}}');
	t.deepEqual(errors, [bug]);
});

test('nothing new is taken while edged drains, starts or stops', async t => {
	const fixture = await startIngest(t);
	for (const [state, status, code] of [
		['draining', 503, 'DRAINING'],
		['stopping', 503, 'SHUTTING_DOWN'],
		['starting', 503, 'BUSY'],
	] as const) {
		fixture.state = state;
		const answer = await fixture.ask({}, 'x');
		t.is(answer.status, status);
		t.is(errorCode(answer), code);
		t.truthy(answer.headers['retry-after']);
	}
	fixture.state = 'degraded';
	t.is((await fixture.ask({}, 'x')).status, 201);
});
