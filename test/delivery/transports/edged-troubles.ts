import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {setImmediate as nextTurn, setTimeout as wait} from 'node:timers/promises';
import test from 'ava';
import {certificates} from '../../helpers/certificates.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {answerOf, startPeer, startRawPeer} from '../../helpers/scripted-peer.js';
import {openTransport, send} from '../../helpers/transports.js';

const BIG = [{bytes: Buffer.alloc(16_000_000, 1)}];

test('nobody at the address is the trouble of the link', async t => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	const transport = openTransport(t, {url: `http://127.0.0.1:${port}`});
	t.like(await send(transport, BIG), {
		kind: 'link_down',
		message: `connect ECONNREFUSED 127.0.0.1:${port}`,
		bytesSent: 0,
	});
	t.like(await transport.probe(new AbortController().signal), {kind: 'down'});
});

test('no socket at the path is the trouble of the link', async t => {
	t.like(await send(openTransport(t, {url: 'unix:/nonexistent/ingest.sock'}), BIG), {
		kind: 'link_down',
		message: 'connect ENOENT /nonexistent/ingest.sock',
	});
});

test('a reset in the middle of a request makes suspects', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => socket.resetAndDestroy());
	});
	const outcome = await send(openTransport(t, {url}), BIG);
	t.like(outcome, {kind: 'broken', cause: 'reset'});
	t.true(outcome.bytesSent < 16_000_000);
});

test('a connection that ends instead of an answer makes suspects', async t => {
	const {url} = await startPeer(t, (_, response) => response.destroy());
	t.like(await send(openTransport(t, {url}), [{bytes: 'x'}]), {kind: 'broken', cause: 'reset'});
});

test('an answer that breaks off in its middle makes suspects', async t => {
	const {url} = await startPeer(t, (request, response) => {
		response.writeHead(200, {'content-length': 1000});
		response.write(answerOf(request), () => response.destroy());
	});
	t.like(await send(openTransport(t, {url}), [{bytes: 'x'}]), {kind: 'broken', cause: 'reset'});
});

test('what is no HTTP makes suspects', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => socket.end('220 mail.example ESMTP\r\n'));
	});
	t.like(await send(openTransport(t, {url}), [{bytes: 'x'}]), {kind: 'broken', cause: 'reset'});
});

test('a refusal that comes before the body has been read is heard', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => {
			socket.write('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n');
		});
	});
	t.like(await send(openTransport(t, {url}), BIG), {kind: 'link_down', retryAfterMs: 3000});
});

test('a peer that takes everything and says nothing times out', async t => {
	const clock = new FakeClock();
	const {url} = await startPeer(t, () => clock.advance(30_000));
	t.like(await send(openTransport(t, {url, clock}), [{bytes: 'x'}]), {
		kind: 'broken',
		cause: 'timeout',
		message: 'The peer was silent for too long',
	});
});

test('an address where connections are not accepted times out as the trouble of the link', async t => {
	const {authority, client} = await certificates();
	const clock = new FakeClock();
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => clock.advance(10_000)); // A ClientHello that nobody answers.
	});
	const transport = openTransport(t, {
		url: url.replace('http:', 'https:'),
		tls: {caFile: authority.caFile, certFile: client.certFile, keyFile: client.keyFile},
		clock,
	});
	t.like(await send(transport, [{bytes: 'x'}]), {
		kind: 'link_down',
		message: 'No connection was made in time',
	});
});

test('a slow link is not taken for a dead one', async t => {
	const clock = new FakeClock();
	let peer: Socket | undefined;
	const url = await startRawPeer(t, socket => {
		peer = socket;
		socket.pause();
	});
	let wrote = 0;
	// More than the buffers between the two take in all rounds together: a window that opens lets megabytes through.
	const payload = Buffer.alloc(64_000_000, 1);
	const sending = send(openTransport(t, {url, clock}), [{bytes: payload}], {
		wrote: bytes => (wrote += bytes),
	});
	let ended = false;
	void sending.then(() => {
		ended = true;
	});
	const rest = async (): Promise<void> => {
		for (let before = -1; before !== wrote || wrote === 0; ) {
			before = wrote;
			await wait(20); // The kernel's buffers have no event for being full.
		}
	};
	for (let round = 0; round < 4; round++) {
		await rest();
		const before = wrote;
		clock.advance(29_000);
		peer?.resume();
		while (wrote === before && !ended) {
			await nextTurn();
		}
		peer?.pause();
	}
	t.false(ended);
	await rest();
	clock.advance(30_000);
	t.like(await sending, {kind: 'broken', cause: 'timeout'});
});

test('a send that is ended before anything left is unsent', async t => {
	const {url, requests} = await startPeer(t, (request, response) => response.end(answerOf(request)));
	t.deepEqual(await send(openTransport(t, {url}), [{bytes: 'x'}], {signal: AbortSignal.abort()}), {
		kind: 'unsent',
		bytesSent: 0,
	});
	const controller = new AbortController();
	const paced = send(openTransport(t, {url}), [{bytes: 'x'}], {
		signal: controller.signal,
		pace: () => new Promise(() => controller.abort()),
	});
	t.deepEqual(await paced, {kind: 'unsent', bytesSent: 0});
	t.is(requests.length, 0);
});

test('a send that is ended while the peer is at it is broken', async t => {
	const controller = new AbortController();
	const {url} = await startPeer(t, () => controller.abort());
	t.like(await send(openTransport(t, {url}), [{bytes: 'x'}], {signal: controller.signal}), {
		kind: 'broken',
		cause: 'reset',
		message: 'The send was ended',
	});
});

test('a probe that is ended says so', async t => {
	const controller = new AbortController();
	const {url} = await startPeer(t, () => controller.abort());
	t.deepEqual(await openTransport(t, {url}).probe(controller.signal), {
		kind: 'down',
		message: 'The send was ended',
	});
});

test('nothing leaves before its pace allows, all of it at once', async t => {
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	let wrote = 0;
	let paced = 0;
	const outcome = await send(openTransport(t, {url: peer.url}), [{bytes: 'x'}], {
		async pace(bytes) {
			paced += bytes;
			await nextTurn();
			t.is(wrote + peer.connections, 0);
			return bytes;
		},
		wrote: bytes => (wrote += bytes),
	});
	t.is(outcome.kind, 'answered');
	t.is(paced, wrote);
});
