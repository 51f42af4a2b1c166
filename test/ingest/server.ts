import {once} from 'node:events';
import {stat} from 'node:fs/promises';
import {request as httpRequest} from 'node:http';
import {createConnection, type Socket} from 'node:net';
import test from 'ava';
import {FakeClock} from '../helpers/fake-clock.js';
import {ask as askHttp} from '../helpers/http-ask.js';
import {startIngest} from '../helpers/ingest.js';

test('the socket has its mode and goes when the ingest stops', async t => {
	const {server, socketPath} = await startIngest(t);
	t.is((await stat(socketPath)).mode & 0o777, 0o660);
	await server.stop();
	await t.throwsAsync(stat(socketPath), {code: 'ENOENT'});
	await server.stop();
});

test('a stop lets a request finish that has begun, and ends its connection', async t => {
	const {server, socketPath, store} = await startIngest(t);
	let commit = (): void => {};
	const committing = new Promise<void>(begun => {
		store.beforeCommit = () => {
			begun();
			return new Promise(resolve => (commit = resolve));
		};
	});
	const request = httpRequest({
		socketPath,
		method: 'POST',
		path: '/v1/segments',
		headers: {connection: 'keep-alive'},
	});
	request.end('x');
	await committing;
	const stopped = server.stop();
	commit();
	const [response] = await once(request, 'response');
	t.is(response.statusCode, 201);
	t.is(response.headers.connection, 'close');
	response.resume();
	await stopped;
	t.is(server.usage.connections, 0);
});

test('a stop does not wait for ever: a sender that never ends is cut off', async t => {
	const clock = new FakeClock();
	const {server, socketPath} = await startIngest(t, {clock});
	const socket = createConnection(socketPath);
	socket.on('error', () => {});
	socket.write('POST /v1/segments HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
	while (server.counters.receivedBytes === 0) {
		await new Promise(resolve => setImmediate(resolve));
	}
	const stopped = server.stop();
	clock.advance(5000);
	await stopped;
	t.is(server.usage.connections, 0);
});

test('a second ingest on the same socket is refused and the first goes on', async t => {
	const {ask, socketPath} = await startIngest(t);
	await t.throwsAsync(startIngest(t, {socket: {path: socketPath, mode: 0o660, group: ''}}), {
		code: 'BUSY',
		message: /already listens/,
	});
	t.is((await ask({}, 'x')).status, 201);
});

test('what is no HTTP harms nobody else', async t => {
	const {ask, socketPath} = await startIngest(t);
	const socket = createConnection(socketPath);
	socket.write('\u0000\u0001\u0002 what?\r\n\r\n');
	const [answer] = (await once(socket, 'data')) as [Buffer];
	t.regex(answer.toString(), /^HTTP\/1\.1 400/);
	t.is((await ask({}, 'x')).status, 201);
});

test('a sender that wants its connection closed gets it closed, even when it was refused', async t => {
	const {socketPath} = await startIngest(t);
	const socket = createConnection(socketPath);
	socket.write('POST /v1/segments HTTP/1.1\r\nHost: x\r\nConnection: close\r\nEdged-Segment-Id: a b\r\n');
	socket.write('Content-Length: 4\r\n\r\nbo');
	const [answer] = (await once(socket, 'data')) as [Buffer];
	t.regex(answer.toString(), /^HTTP\/1\.1 400/);
	socket.resume();
	socket.write('dy');
	await once(socket, 'end');
	t.pass();
});

test('headers beyond what a segment may have are refused', async t => {
	const {socketPath} = await startIngest(t);
	const headers = {'edged-label-a': 'x'.repeat(40_000)};
	t.is((await askHttp({socketPath, headers}, 'x')).status, 431);
});

test('more connections than can be served are closed at once and counted', async t => {
	const clock = new FakeClock(); // While it stands still nobody has been silent for long.
	const {server, socketPath} = await startIngest(t, {clock});
	const sockets: Socket[] = [];
	t.teardown(() => {
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	while (sockets.length < 1025) {
		const socket = createConnection(socketPath);
		sockets.push(socket);
		await once(socket, 'connect');
	}
	await once(sockets.at(-1)?.resume() as Socket, 'close');
	t.like(server.counters, {droppedConnections: 1});
	t.is(server.usage.connections, 1024);
});
