import {once} from 'node:events';
import {createConnection, type Socket} from 'node:net';
import test from 'ava';
import {FakeClock} from '../helpers/fake-clock.js';
import {type IngestFixture, startIngest} from '../helpers/ingest.js';
import type {Teardown} from '../helpers/temp-dir.js';

const REQUEST = 'POST /v1/segments HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n';

const connect = async (t: Teardown, {socketPath, server}: IngestFixture, count: number): Promise<Socket> => {
	const socket = createConnection(socketPath);
	socket.on('error', () => {}); // Whoever has to go may be told so by a reset.
	t.teardown(() => socket.destroy());
	await once(socket, 'connect');
	while (server.usage.connections !== count) {
		await new Promise(resolve => setImmediate(resolve));
	}
	return socket;
};

test('when places are short newcomers get those of the silent, the oldest first, and not of who is being served', async t => {
	const clock = new FakeClock();
	const fixture = await startIngest(t, {clock, maxConnections: {local: 8, tls: 8}});
	const {server} = fixture;
	const served = await connect(t, fixture, 1);
	served.write(REQUEST);
	const silent: Socket[] = [];
	for (let count = 2; count <= 7; count++) {
		silent.push(await connect(t, fixture, count));
	}
	silent[0]?.write(REQUEST.slice(0, 20)); // A request that was only begun says nothing yet.
	clock.advance(1000);
	await connect(t, fixture, 7);
	await once(silent[0]?.resume() as Socket, 'close');
	t.like(server.counters, {displacedConnections: 1, droppedConnections: 0});
	served.write('x');
	const [answer] = (await once(served, 'data')) as [Buffer];
	t.regex(answer.toString(), /^HTTP\/1\.1 201/);
});

test('a connection that has been idle for long makes room as well', async t => {
	const clock = new FakeClock();
	const fixture = await startIngest(t, {clock, maxConnections: {local: 8, tls: 8}});
	const idle = await connect(t, fixture, 1);
	idle.write(`${REQUEST}x`);
	await once(idle, 'data');
	clock.advance(5000);
	for (let count = 2; count <= 7; count++) {
		await connect(t, fixture, count);
	}
	const newcomer = createConnection(fixture.socketPath);
	t.teardown(() => newcomer.destroy());
	await once(idle.resume(), 'close');
	newcomer.write(`${REQUEST}x`);
	const [answer] = (await once(newcomer, 'data')) as [Buffer];
	t.regex(answer.toString(), /^HTTP\/1\.1 201/);
});
