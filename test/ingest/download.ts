import {hash} from 'node:crypto';
import {once} from 'node:events';
import {createConnection} from 'node:net';
import test from 'ava';
import {startIngest} from '../helpers/ingest.js';

test('a payload comes back as it was handed over', async t => {
	const fixture = await startIngest(t);
	const {ask} = fixture;
	await ask({headers: {'edged-segment-id': 'a:1', 'content-type': 'image/png'}}, Buffer.from([0, 255, 10]));
	fixture.state = 'draining'; // Handing out goes on.
	for (const path of ['/v1/segments/a:1', '/v1/segments/a%3A1?x=y']) {
		const answer = await ask({method: 'GET', path});
		t.is(answer.status, 200);
		t.deepEqual(answer.body, Buffer.from([0, 255, 10]));
		t.like(answer.headers, {
			'content-type': 'image/png',
			'content-length': '3',
			'edged-segment-id': 'a:1',
			'content-digest': `sha-256=:${hash('sha256', Buffer.from([0, 255, 10]), 'base64')}:`,
		});
	}
	const head = await ask({method: 'HEAD', path: '/v1/segments/a:1'});
	t.is(head.headers['content-length'], '3');
	t.is(head.body.length, 0);
});

test('a client that asks for many payloads at once and reads none has one in memory', async t => {
	const fixture = await startIngest(t, {maxSegmentBytes: 4_000_000});
	const {store, socketPath} = fixture;
	await fixture.ask({headers: {'edged-segment-id': 'large'}}, Buffer.alloc(3_000_000));
	const payload = store.payload.bind(store);
	let read = 0;
	store.payload = id => {
		read++;
		return payload(id);
	};
	const socket = createConnection(socketPath);
	t.teardown(() => socket.destroy());
	socket.pause();
	socket.write('GET /v1/segments/large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
	t.is((await fixture.ask({method: 'HEAD', path: '/v1/segments/large'})).status, 200);
	t.is(read, 2);
	let bytes = 0;
	socket.on('data', piece => {
		bytes += piece.length;
	});
	socket.resume();
	while (bytes < 20 * 3_000_000) {
		await once(socket, 'data');
	}
	t.is(read, 21);
});

const fails = test.macro(async (t, method: string, path: string, status: number, code: string) => {
	const {ask} = await startIngest(t);
	const answer = await ask({method, path});
	t.is(answer.status, status);
	t.like(answer.json(), {error: {code}});
});

test('a segment that nobody knows is not found', fails, 'GET', '/v1/segments/nobody', 404, 'NOT_FOUND');
test('a payload that is gone says so', fails, 'GET', '/v1/segments/gone', 410, 'SEGMENT_MISSING');
test('an id that is none is refused', fails, 'GET', '/v1/segments/a%20b', 400, 'INVALID_ARGUMENT');
test('a path that is badly encoded is refused', fails, 'GET', '/v1/segments/%zz', 400, 'INVALID_ARGUMENT');
test('there is nothing at another path', fails, 'GET', '/', 404, 'NOT_FOUND');
test('segments are posted, not put', fails, 'PUT', '/v1/segments', 405, 'METHOD_NOT_ALLOWED');
test('a segment is not deleted here', fails, 'DELETE', '/v1/segments/a', 405, 'METHOD_NOT_ALLOWED');
