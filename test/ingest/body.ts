import {once} from 'node:events';
import {createConnection, type Socket} from 'node:net';
import test from 'ava';
import {FakeClock} from '../helpers/fake-clock.js';
import {startIngest} from '../helpers/ingest.js';
import type {Teardown} from '../helpers/temp-dir.js';

const connect = async (t: Teardown, socketPath: string): Promise<Socket> => {
	const socket = createConnection(socketPath);
	t.teardown(() => {
		socket.destroy();
	});
	await once(socket, 'connect');
	return socket;
};

const head = (length: number): string =>
	`POST /v1/segments HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

/** Turns of the event loop until `condition` holds; the test's time-out is the limit. */
const until = async (condition: () => boolean): Promise<void> => {
	while (!condition()) {
		await new Promise(resolve => setImmediate(resolve));
	}
};

const statusOf = async (socket: Socket): Promise<number> => {
	const [piece] = (await once(socket, 'data')) as [Buffer];
	return Number(piece.toString().split(' ')[1]);
};

test('beyond the bound on buffers reading stops, the oldest body goes on, and all arrive', async t => {
	const {socketPath, server, store} = await startIngest(t, {maxBufferedBytes: 100_000});
	const old = await connect(t, socketPath);
	old.write(head(90_000));
	old.write(Buffer.alloc(60_000));
	await until(() => server.usage.bufferedBytes === 60_000);
	const young = await connect(t, socketPath);
	young.write(head(400_000));
	young.write(Buffer.alloc(400_000));
	await until(() => server.counters.bufferWaits === 1);
	const heldBytes = server.usage.bufferedBytes;
	t.true(heldBytes > 100_000 && heldBytes < 60_000 + 400_000);
	old.write(Buffer.alloc(30_000));
	t.is(await statusOf(old), 201);
	t.is(await statusOf(young), 201);
	t.deepEqual(
		store.drafts.map(({payload}) => payload.length),
		[90_000, 400_000],
	);
	t.is(server.usage.bufferedBytes, 0);
});

test('a sender that breaks off costs nothing, and others that waited for its buffers go on', async t => {
	const {socketPath, server, store} = await startIngest(t, {maxBufferedBytes: 1000});
	const first = await connect(t, socketPath);
	first.write(head(5000));
	first.write(Buffer.alloc(4000));
	await until(() => server.usage.bufferedBytes === 4000);
	const second = await connect(t, socketPath);
	second.write(head(70_000));
	second.write(Buffer.alloc(70_000));
	await until(() => server.counters.bufferWaits === 1);
	first.destroy();
	t.is(await statusOf(second), 201);
	t.is(store.calls.length, 1);
	t.is(server.usage.bufferedBytes, 0);
	t.deepEqual([...server.counters.refusals], []);
});

test('a silent sender is given up, a slow one is not', async t => {
	const clock = new FakeClock();
	const {socketPath, server} = await startIngest(t, {clock});
	const socket = await connect(t, socketPath);
	socket.write(head(4));
	for (let byte = 1; byte <= 3; byte++) {
		socket.write('x');
		await until(() => server.counters.receivedBytes === byte);
		clock.advance(29_000);
	}
	t.is(server.counters.refusals.size, 0);
	clock.advance(2000);
	t.is(await statusOf(socket), 408);
	clock.advance(5000);
	await once(socket, 'close');
	t.is(server.usage.bufferedBytes, 0);
});

test('a sender that is made to wait for buffers is not silent', async t => {
	const clock = new FakeClock();
	const {socketPath, server, store} = await startIngest(t, {clock, maxBufferedBytes: 1000});
	const commits: Array<() => void> = [];
	store.beforeCommit = () => new Promise(resolve => commits.push(resolve));
	const first = await connect(t, socketPath);
	first.write(head(57_000));
	first.write(Buffer.alloc(1999));
	await until(() => server.usage.bufferedBytes === 1999);
	const second = await connect(t, socketPath);
	second.write(head(70_000));
	second.write(Buffer.alloc(70_000));
	await until(() => server.counters.bufferWaits === 1);
	for (let round = 1; round <= 5; round++) {
		const before = server.counters.receivedBytes;
		first.write(Buffer.alloc(11_000)); // Any less, while another waits, and it would be given up itself.
		await until(() => server.counters.receivedBytes === before + 11_000);
		clock.advance(8000);
	}
	t.is(server.counters.refusals.size, 0);
	first.write('x');
	await until(() => commits.length === 2); // Once the first is received the second is the oldest.
	clock.advance(60_000);
	t.is(server.counters.refusals.size, 0);
	for (const commit of commits) {
		commit();
	}
	t.deepEqual(await Promise.all([statusOf(first), statusOf(second)]), [201, 201]);
});

test('a body that grows past every buffer arrives byte for byte', async t => {
	const {ask, store} = await startIngest(t, {maxSegmentBytes: 8 * 1024 * 1024});
	const bytes = Buffer.from(
		Uint32Array.from({length: 1_500_000}, (_, index) => index * 2_654_435_761).buffer,
	);
	t.is((await ask({}, bytes)).status, 201);
	t.is((await ask({headers: {'transfer-encoding': 'chunked', 'edged-segment-id': 'c'}}, bytes)).status, 201);
	t.true(store.drafts.every(({payload}) => bytes.equals(payload)));
	t.is(store.drafts.length, 2);
});

test('a refused sender may finish what it sends, and the connection serves on', async t => {
	const {socketPath} = await startIngest(t, {maxSegmentBytes: 10});
	const socket = await connect(t, socketPath);
	socket.write(head(2_000_000));
	t.is(await statusOf(socket), 413);
	socket.write(Buffer.alloc(2_000_000));
	socket.write(`${head(3)}abc`);
	t.is(await statusOf(socket), 201);
});

test('a body that was given up takes no more of the buffers, however much of it still comes', async t => {
	const clock = new FakeClock();
	const {socketPath, server, ask} = await startIngest(t, {clock});
	const socket = await connect(t, socketPath);
	socket.write(head(1_000_000));
	socket.write('x');
	await until(() => server.counters.receivedBytes === 1);
	clock.advance(30_000);
	t.is(await statusOf(socket), 408);
	socket.write(Buffer.alloc(500_000));
	t.is((await ask({}, 'x')).status, 201);
	t.is(server.usage.bufferedBytes, 0);
});

test('a sender that drips holds its place only while nobody needs it', async t => {
	const clock = new FakeClock();
	const {socketPath, server} = await startIngest(t, {clock, maxConnections: {local: 8, tls: 8}});
	const dripping = await connect(t, socketPath);
	dripping.write(head(100_000));
	const drip = async (ms: number): Promise<void> => {
		const before = server.counters.receivedBytes;
		dripping.write('x');
		await until(() => server.counters.receivedBytes > before);
		clock.advance(ms);
	};
	for (let round = 0; round < 10; round++) {
		await drip(9000);
	}
	t.is(server.counters.refusals.size, 0);
	for (let count = 1; count < 7; count++) {
		await connect(t, socketPath);
	}
	await until(() => server.usage.connections === 7);
	await drip(1000);
	await drip(9000);
	t.is(await statusOf(dripping), 408);
});

test('a large body gets its buffers although others hold them all and never end', async t => {
	const clock = new FakeClock();
	const {socketPath, server} = await startIngest(t, {clock, maxBufferedBytes: 300_000});
	for (let count = 0; count < 5; count++) {
		const stuck = await connect(t, socketPath);
		stuck.write(head(900_000));
		stuck.write(Buffer.alloc(200_000));
	}
	await until(() => server.counters.bufferWaits >= 3);
	const honest = await connect(t, socketPath);
	honest.write(head(500_000));
	honest.write(Buffer.alloc(500_000));
	const answered = statusOf(honest);
	let status: number | undefined;
	void answered.then(code => {
		status = code;
	});
	for (let round = 0; round < 20 && status === undefined; round++) {
		clock.advance(5000);
		for (let turn = 0; turn < 50; turn++) {
			await new Promise(resolve => setImmediate(resolve));
		}
	}
	t.is(status, 201);
});
