import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import type {StoreId} from '../../../src/outbound/made-id.js';
import type {BlockNo, EntryNo} from '../../../src/outbound/units.js';
import type {ParsedRequest} from '../../../src/storage/request-codec.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {answerOf, startPeer} from '../../helpers/scripted-peer.js';
import {openTransport, send} from '../../helpers/transports.js';

const TWO = [{bytes: 'one'}, {bytes: 'two'}];

const payloadsOf = (request: ParsedRequest | undefined): readonly string[] =>
	Array.from({length: request?.entryCount ?? 0}, (_, index) => String(request?.payload(index)));

test('a lease is one request, and its answer acknowledges it', async t => {
	const {url, requests} = await startPeer(t, (request, response) => response.end(answerOf(request)));
	let wrote = 0;
	const outcome = await send(openTransport(t, {url: `${url}/`}), TWO, {
		wrote: bytes => {
			wrote += bytes;
		},
	});
	t.like(outcome, {kind: 'answered', acked: [[0, 1]], troubles: [], bytesSent: wrote});
	t.true(wrote > 6);
	t.deepEqual(payloadsOf(requests[0]), ['one', 'two']);
});

test('what is counted as written is what came over the wire', async t => {
	let arrived = 0;
	const {url} = await startPeer(t, (request, response, {socket}) => {
		arrived = socket.bytesRead;
		response.end(answerOf(request));
	});
	t.is((await send(openTransport(t, {url}), [{bytes: Buffer.alloc(100_000)}])).bytesSent, arrived);
});

test('an entry travels with all that is known of it', async t => {
	const {url, requests} = await startPeer(t, (request, response) => response.end(answerOf(request)));
	const address = {store: 5 as StoreId, block: 6 as BlockNo, entry: 7 as EntryNo};
	await send(openTransport(t, {url}), [
		{
			id: 'given',
			bytes: 'a',
			contentType: 'text/plain',
			labels: {site: 'north'},
			classNo: 0,
			expiresInMs: 1500,
			hops: 3,
		},
		{id: 'ignored', address, bytes: 'b'},
	]);
	const [request] = requests;
	const metadata = request?.metadata(0);
	t.deepEqual(metadata, {givenId: 'given', contentType: 'text/plain', labels: {site: 'north'}} as never);
	t.like(request?.fields(0), {classNo: 0, lifetime: 1500, hops: 3});
	const foreign = request?.metadata(1);
	t.deepEqual(foreign && request?.identity(1, foreign), {kind: 'foreign', address});
	t.is(request?.verifyEntry(0) ?? request?.verifyEntry(1), undefined);
});

test('payloads that cannot be read are left out, told, and the rest keeps its numbers', async t => {
	const {url, requests} = await startPeer(t, (request, response) =>
		response.end(
			answerOf(request, {
				accepted: [[0, 1]],
				duplicate: [[2, 2]],
				rejected: [{index: 3, code: 'CONFLICT', message: 'other bytes'}],
			}),
		),
	);
	const outcome = await send(openTransport(t, {url}), [
		{bytes: 'missing'},
		{bytes: 'a'},
		{bytes: 'corrupt'},
		{bytes: 'b'},
		{bytes: 'c'},
		{bytes: 'd'},
	]);
	t.deepEqual(payloadsOf(requests[0]), ['a', 'b', 'c', 'd']);
	t.like(outcome, {
		kind: 'answered',
		acked: [
			[1, 1],
			[3, 4],
		],
		troubles: [
			{index: 0, kind: 'missing', message: 'The payload is not in the store'},
			{
				index: 2,
				kind: 'corrupt',
				message: 'The payload in the store is damaged: its checksum does not match',
			},
			{index: 5, kind: 'rejected', message: 'CONFLICT: other bytes'},
		],
	});
});

test('a lease of nothing that can be read asks nobody', async t => {
	const outcome = await send(openTransport(t, {url: 'http://127.0.0.1:1'}), [{bytes: 'missing'}]);
	t.like(outcome, {kind: 'answered', acked: [], troubles: [{index: 0, kind: 'missing'}], bytesSent: 0});
});

test('what the peer knows already is acknowledged', async t => {
	const {url} = await startPeer(t, (request, response) =>
		response.end(answerOf(request, {accepted: [], duplicate: [[0, 1]]})),
	);
	t.like(await send(openTransport(t, {url}), TWO), {kind: 'answered', acked: [[0, 1]], troubles: []});
});

test('a refusal that passes is trouble of the peer and charges nobody, one that stays is a rejection', async t => {
	const {url} = await startPeer(t, (request, response) =>
		response.end(
			answerOf(request, {
				accepted: [],
				rejected: [
					{index: 0, code: 'BUSY', message: 'later'},
					{index: 1, code: 'FROM_THE_FUTURE', message: 'never'},
				],
			}),
		),
	);
	t.like(await send(openTransport(t, {url}), TWO), {
		acked: [],
		troubles: [{index: 1, kind: 'rejected', message: 'FROM_THE_FUTURE: never'}],
		endedBy: {message: 'The peer takes no more: BUSY: later'},
	});
});

const notBelieved = test.macro(async (t, words: (request: ParsedRequest) => string, message: string) => {
	const {url} = await startPeer(t, (request, response) => response.end(words(request)));
	t.like(await send(openTransport(t, {url}), TWO), {
		kind: 'broken',
		cause: 'reset',
		message: `The peer's answer is not believed: ${message}`,
	});
});

test('a captive portal is not believed', notBelieved, () => '<html>Welcome</html>', 'it is no JSON object');
test('an empty answer is not believed', notBelieved, () => '', 'it is no JSON object');
test(
	'the answer to another request is not believed',
	notBelieved,
	request => answerOf(request, {request_digest: '0'}),
	'it names another request',
);
test(
	'an answer that leaves an entry out is not believed',
	notBelieved,
	request => answerOf(request, {accepted: [[1, 1]]}),
	'it does not name entry 0',
);
test(
	'an answer for more than was sent is not believed',
	notBelieved,
	request => answerOf(request, {accepted: [[0, 2]]}),
	'it names entry 2, which was not sent',
);
test(
	'an answer without end is cut off and not believed',
	notBelieved,
	request => `${answerOf(request)}${' '.repeat(3_000_000)}`,
	'it is no JSON object',
);

const NOW = 1_750_000_000_000; // 2025-06-15 15:06:40 UTC
const lane = test.macro(
	async (t, status: number, headers: Record<string, string>, retryAfterMs: number | undefined) => {
		const {url} = await startPeer(t, (_, response) => {
			response.writeHead(status, headers).end('{"error":{"code":"QUEUE_FULL","message":"no room"}}');
		});
		const outcome = await send(openTransport(t, {url, clock: new FakeClock(NOW)}), TWO);
		t.is(outcome.kind, 'link_down');
		t.like(outcome, {message: `The peer answered ${status}: QUEUE_FULL: no room`});
		t.is('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined, retryAfterMs);
	},
);

test(
	'a full queue is the trouble of the lane, which comes back when told',
	lane,
	429,
	{'retry-after': '7'},
	7000,
);
test(
	'a peer that shuts down may name a date',
	lane,
	503,
	{date: 'Sun, 15 Jun 2025 15:06:40 GMT', 'retry-after': 'Sun, 15 Jun 2025 15:07:00 GMT'},
	20_000,
);
test(
	'a date is one of the clock of the peer, however wrong that is',
	lane,
	503,
	{date: 'Mon, 01 Jan 2001 00:00:00 GMT', 'retry-after': 'Mon, 01 Jan 2001 00:00:30 GMT'},
	30_000,
);
test('a full disk is the trouble of the lane', lane, 507, {}, undefined);
test('an error of the peer is the trouble of the lane', lane, 500, {'retry-after': 'soon'}, undefined);
test('a gateway that waited in vain is the trouble of the lane', lane, 504, {}, undefined);
for (const status of [401, 403, 404, 407, 408, 425]) {
	test(`status ${status} is the trouble of the lane`, lane, status, {}, undefined);
}

for (const status of [400, 409, 413, 418, 204]) {
	test(`status ${status} makes the entries suspects`, async t => {
		const {url} = await startPeer(t, (_, response) => response.writeHead(status).end());
		t.like(await send(openTransport(t, {url}), TWO), {
			kind: 'broken',
			cause: 'reset',
			message: `The peer answered ${status}`,
		});
	});
}

test('the words of whoever answered are kept short', async t => {
	const {url} = await startPeer(t, (_, response) =>
		response.writeHead(502).end(`<h1>\n${'bad '.repeat(1000)}`),
	);
	const outcome = await send(openTransport(t, {url}), TWO);
	t.regex('message' in outcome ? outcome.message : '', /^The peer answered 502: <h1> bad bad/);
	t.true('message' in outcome && outcome.message.length < 400);
});

test('a probe is an empty request', async t => {
	const {url, requests} = await startPeer(t, (request, response) => response.end(answerOf(request)));
	t.deepEqual(await openTransport(t, {url}).probe(new AbortController().signal), {kind: 'well'});
	t.is(requests[0]?.entryCount, 0);
});

test('a probe is not content with any answer', async t => {
	const answers = [
		[200, {}, '<html>', {kind: 'down', message: "The peer's answer is not believed: it is no JSON object"}],
		[503, {'retry-after': '9'}, '', {kind: 'down', message: 'The peer answered 503', retryAfterMs: 9000}],
		[400, {}, 'what?', {kind: 'down', message: 'The peer answered 400: what?'}],
	] as const;
	for (const [status, headers, text, outcome] of answers) {
		const {url} = await startPeer(t, (_, response) => response.writeHead(status, headers).end(text));
		t.deepEqual(await openTransport(t, {url}).probe(new AbortController().signal), outcome);
	}
});

test('a connection serves many requests, and one that the peer closed while idle is replaced', async t => {
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	const closed = new Promise<void>(resolve => {
		peer.server.once('connection', socket => socket.once('close', resolve));
	});
	const transport = openTransport(t, {url: peer.url});
	await send(transport, TWO);
	await nextTurn(); // undici uses a connection again in the turn after, too.
	t.like(await send(transport, TWO), {kind: 'answered'});
	t.is(peer.connections, 1);
	peer.server.closeIdleConnections();
	await closed;
	await nextTurn(); // The other end sees it in the turn after.
	t.like(await send(transport, TWO), {kind: 'answered'});
	t.is(peer.connections, 2);
});

test('a transport is closed once, however often it is asked', async t => {
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	const transport = openTransport(t, {url: peer.url});
	await send(transport, TWO);
	await Promise.all([transport.close(), transport.close()]);
	await transport.close();
	t.like(await send(transport, TWO), {kind: 'link_down'});
});
