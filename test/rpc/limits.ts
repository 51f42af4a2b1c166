import {once} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import type {Backend} from '../../src/rpc/backend.js';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	DOOR_LIMITS,
	MAX_BATCH,
	MAX_LINE_BYTES,
	MAX_UNSENT_BYTES,
	MAX_WAITING_BYTES,
} from '../../src/rpc/limits.js';
import {PONG, ping} from '../helpers/pong.js';
import {RawLines, type RawReply, request} from '../helpers/raw-lines.js';
import {startRpcServer} from '../helpers/rpc-server.js';

const LANES: Result<'relay.pause'> = {paused: [], draining: [], inflight: 0, scheduled: 0, done: true};

/** A server whose `relay.pause` is not answered until `open` is called; `daemon.ping` is, at once. */
const startGated = async (t: ExecutionContext, lanes = LANES) => {
	const waiting: Array<() => void> = [];
	let isOpen = false;
	let wake = () => {};
	const backend: Partial<Backend> = {
		ping,
		pause: () =>
			new Promise(resolve => {
				const answer = () => resolve(lanes);
				isOpen ? answer() : waiting.push(answer);
				wake();
			}),
	};
	const open = () => {
		isOpen = true;
		for (const answer of waiting) {
			answer();
		}
	};
	const haveBegun = async (count: number) => {
		while (waiting.length < count) {
			await new Promise<void>(resolve => {
				wake = resolve;
			});
		}
	};
	const server = await startRpcServer(t, backend);
	t.teardown(open); // Else the stop waits for the answers.
	return {...server, begun: () => waiting.length, haveBegun, open};
};

/** When this resolves, the server has read and begun all that had reached it and that it wants to begin. */
const settled = async (t: ExecutionContext, socketPath: string): Promise<void> => {
	const other = await RawLines.connect(t, socketPath);
	for (let round = 0; round < 30; round++) {
		await other.ask(request(round, 'daemon.ping'));
	}
	other.socket.destroy();
};

const isPong = async (t: ExecutionContext, lines: RawLines): Promise<void> => {
	t.deepEqual(await lines.ask(request('still well', 'daemon.ping')), {
		jsonrpc: '2.0',
		id: 'still well',
		result: PONG,
	});
};

test('a line of the longest length is answered, one byte more ends its connection and no other', async t => {
	const {socketPath} = await startRpcServer(t, {ping});
	const [lines, other] = [await RawLines.connect(t, socketPath), await RawLines.connect(t, socketPath)];
	const ask = request(1, 'daemon.ping');
	t.is((await lines.ask(ask + ' '.repeat(MAX_LINE_BYTES - ask.length))).id, 1);
	const refused = await lines.ask(ask + ' '.repeat(MAX_LINE_BYTES - ask.length + 1));
	t.is(refused.error?.code, -32_600);
	t.is(refused.id, null);
	t.is(await lines.line(), undefined);
	await isPong(t, other);
});

test('a line without end is refused when it is too long, and what was asked before is answered', async t => {
	const {socketPath, open} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	lines.send(`${request('before', 'relay.pause')}\n`);
	lines.send(Buffer.alloc(MAX_LINE_BYTES + 1, 'x'));
	t.is((await lines.reply()).error?.code, -32_600);
	lines.send(`${request('after', 'daemon.ping')}\n`);
	open();
	t.is((await lines.reply()).id, 'before');
	t.is(await lines.line(), undefined, 'what came after the refused line is not carried out');
});

test('a connection too many is told BUSY and closed; a seat that is given up is free', async t => {
	const {socketPath} = await startRpcServer(t, {ping});
	const seated: RawLines[] = [];
	for (let seat = 0; seat < DOOR_LIMITS.rpc.connections; seat++) {
		seated.push(await RawLines.connect(t, socketPath));
	}
	const tooMany = await RawLines.connect(t, socketPath);
	tooMany.send(`${request(1, 'daemon.ping')}\n`);
	t.like(await tooMany.reply(), {id: null, error: {code: -32_000, data: {code: 'BUSY'}}});
	t.is(await tooMany.line(), undefined);
	seated.pop()?.socket.destroy();
	for (const lines of seated) {
		await isPong(t, lines);
	}
	await isPong(t, await RawLines.connect(t, socketPath));
});

test('so many requests of one connection are begun at a time, the rest when there is room', async t => {
	const {socketPath, begun, open} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	const total = DOOR_LIMITS.rpc.waitingRequests + 100;
	lines.send(Array.from({length: total}, (_, id) => `${request(id, 'relay.pause')}\n`).join(''));
	await settled(t, socketPath);
	t.is(begun(), DOOR_LIMITS.rpc.waitingRequests);
	open();
	const ids = new Set<unknown>();
	while (ids.size < total) {
		ids.add((await lines.reply()).id);
	}
	t.is(ids.size, total);
});

test('a connection that floods is not read on, and others are served meanwhile', async t => {
	const {socketPath, begun} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	const flood = `${request(1, 'relay.pause')}\n`.repeat(100_000);
	lines.send(flood);
	await settled(t, socketPath);
	t.is(begun(), DOOR_LIMITS.rpc.waitingRequests);
	t.true(lines.socket.writableLength > flood.length / 2, 'most of the flood has not left the client');
});

test('long lines that wait for their answer fill a connection sooner', async t => {
	const {socketPath, begun, haveBegun, open} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	const ask = request(1, 'relay.pause');
	const long = ask + ' '.repeat(MAX_LINE_BYTES / 2 - ask.length);
	for (let sent = 0; sent < 8; sent++) {
		lines.send(`${long}\n`);
	}
	await haveBegun((2 * MAX_WAITING_BYTES) / MAX_LINE_BYTES);
	await settled(t, socketPath);
	t.is(begun(), (2 * MAX_WAITING_BYTES) / MAX_LINE_BYTES);
	open();
	for (let answered = 0; answered < 8; answered++) {
		t.is((await lines.reply()).id, 1);
	}
});

test('a batch too long is answered with one error, the longest batch with as many answers', async t => {
	const {socketPath} = await startRpcServer(t, {ping});
	const lines = await RawLines.connect(t, socketPath);
	const batch = (length: number) =>
		`[${Array.from({length}, (_, id) => request(id, 'daemon.ping')).join(',')}]`;
	t.is((await lines.ask<RawReply[]>(batch(MAX_BATCH))).length, MAX_BATCH);
	t.like(await lines.ask(batch(MAX_BATCH + 1)), {id: null, error: {code: -32_600}});
	await isPong(t, lines);
});

test('a client that does not read gets few answers made for it, and all of them once it reads', async t => {
	const big = 'x'.repeat(MAX_UNSENT_BYTES / 2);
	let made = 0;
	const {socketPath} = await startRpcServer(t, {
		ping,
		status() {
			made++;
			return {queried_at: big} as Result<'relay.status'>;
		},
	});
	const lines = await RawLines.connect(t, socketPath);
	lines.socket.pause();
	lines.send(Array.from({length: 80}, (_, id) => `${request(id, 'relay.status')}\n`).join(''));
	await settled(t, socketPath);
	t.true(made >= 2 && made < 40, `${made} answers made`);
	lines.socket.resume();
	const ids = new Set<unknown>();
	while (ids.size < 80) {
		ids.add((await lines.reply()).id);
	}
	t.is(made, 80);
});

test('a line begun and not finished in time ends the connection, however busily it trickles', async t => {
	const {socketPath, clock} = await startRpcServer(t, {ping});
	const lines = await RawLines.connect(t, socketPath);
	lines.send(`${request(1, 'daemon.ping')}\n{"jsonrpc"`);
	t.is((await lines.reply()).id, 1);
	clock.advance(29_999);
	lines.send(':"2.0"');
	await settled(t, socketPath);
	clock.advance(1);
	const refused = await lines.reply();
	t.is(refused.error?.code, -32_600);
	t.is(refused.id, null);
	t.is(await lines.line(), undefined);
});

test('each line has its own time, and between lines a connection may idle for ever', async t => {
	const {socketPath, clock} = await startRpcServer(t, {ping});
	const lines = await RawLines.connect(t, socketPath);
	const ask = request(1, 'daemon.ping');
	lines.send(`${ask}\n${ask.slice(0, 10)}`);
	await lines.reply();
	clock.advance(20_000);
	lines.send(`${ask.slice(10)}\n${ask.slice(0, 10)}`);
	t.is((await lines.reply()).id, 1);
	clock.advance(20_000);
	t.is((await lines.ask(ask.slice(10))).id, 1);
	clock.advance(86_400_000);
	await isPong(t, lines);
});

test('a line that the server itself does not read on is not late', async t => {
	const {socketPath, clock, open} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	const ask = request('late', 'daemon.ping');
	lines.send(`${request(1, 'relay.pause')}\n`.repeat(DOOR_LIMITS.rpc.waitingRequests) + ask.slice(0, 10));
	await settled(t, socketPath);
	clock.advance(60_000);
	open();
	for (let answered = 0; answered < DOOR_LIMITS.rpc.waitingRequests; answered++) {
		t.is((await lines.reply()).id, 1);
	}
	t.is((await lines.ask(ask.slice(10))).id, 'late');
});

test('a line is not late either while its connection has too many answers to fetch', async t => {
	const big = {...LANES, paused: ['x'.repeat(MAX_UNSENT_BYTES / 2)]};
	const {socketPath, clock, open, haveBegun} = await startGated(t, big);
	const lines = await RawLines.connect(t, socketPath);
	const ask = request('late', 'daemon.ping');
	lines.send(`${request(1, 'relay.pause')}\n`.repeat(4) + ask.slice(0, 10));
	await haveBegun(4);
	await settled(t, socketPath);
	lines.socket.pause();
	open();
	await settled(t, socketPath);
	clock.advance(60_000);
	lines.socket.resume();
	for (let answered = 0; answered < 4; answered++) {
		t.is((await lines.reply()).id, 1);
	}
	t.is((await lines.ask(ask.slice(10))).id, 'late');
});

test('a stop is not held up by a client in full flood', async t => {
	const {server, socketPath, open, haveBegun} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	lines.socket.end(`${request(1, 'relay.pause')}\n`.repeat(100_000));
	await haveBegun(DOOR_LIMITS.rpc.waitingRequests);
	const stopped = server.stop();
	open();
	for (let answered = 0; answered < DOOR_LIMITS.rpc.waitingRequests; answered++) {
		t.is((await lines.reply()).id, 1);
	}
	t.is(await lines.line(), undefined);
	await stopped;
});

test('a client that has said all it has to say is answered, its last line without an end too', async t => {
	const {socketPath, open} = await startGated(t);
	const lines = await RawLines.connect(t, socketPath);
	lines.socket.end(`${request(1, 'relay.pause')}\n${request(2, 'daemon.ping')}`);
	t.is((await lines.reply()).id, 2);
	open();
	t.is((await lines.reply()).id, 1);
	t.is(await lines.line(), undefined);
});

test('a client that goes away in the middle of everything disturbs nobody', async t => {
	const {socketPath, logLines, begun, open} = await startGated(t);
	const [gone, other] = [await RawLines.connect(t, socketPath), await RawLines.connect(t, socketPath)];
	gone.send(`${request(1, 'relay.pause')}\n{"jsonrpc":`);
	await settled(t, socketPath);
	t.is(begun(), 1);
	gone.socket.destroy();
	await once(gone.socket, 'close');
	open();
	await isPong(t, other);
	t.deepEqual(logLines(), []);
});
