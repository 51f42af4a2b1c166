import {stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {Caller} from '../../src/rpc/caller.js';
import type {Result} from '../../src/rpc/contract/methods.js';
import {RpcServer} from '../../src/rpc/server.js';
import {ping} from '../helpers/pong.js';
import {RawLines, request} from '../helpers/raw-lines.js';
import {backendWith, CREDENTIALS, startRpcServer} from '../helpers/rpc-server.js';
import {silentLogger} from '../helpers/silent-logger.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const LANES: Result<'relay.pause'> = {paused: [], draining: [], inflight: 0, scheduled: 0, done: true};

test('a stop answers what is being answered, takes nothing new and removes the socket', async t => {
	let answer = () => {};
	const {server, socketPath} = await startRpcServer(t, {
		ping,
		pause: () =>
			new Promise(resolve => {
				answer = () => resolve(LANES);
			}),
	});
	const [busy, idle] = [await RawLines.connect(t, socketPath), await RawLines.connect(t, socketPath)];
	busy.send(`${request('begun', 'relay.pause')}\n`);
	await busy.ask(request('marks that it is begun', 'daemon.ping'));
	const stopped = server.stop();
	busy.send(`${request('too late', 'daemon.ping')}\n`);
	t.is(await idle.line(), undefined);
	await t.throwsAsync(RawLines.connect(t, socketPath), {code: 'ENOENT'});
	answer();
	t.is((await busy.reply()).id, 'begun');
	t.is(await busy.line(), undefined);
	busy.socket.end();
	idle.socket.end();
	await stopped;
	await t.throwsAsync(stat(socketPath), {code: 'ENOENT'});
});

test('what is called is told who calls, apart from what the caller says', async t => {
	const callers: Caller[] = [];
	const {socketPath} = await startRpcServer(t, {
		pause: (_params, caller) => {
			callers.push(caller);
			return LANES;
		},
	});
	const lines = await RawLines.connect(t, socketPath);
	await lines.ask(request('one', 'relay.pause', {operator: 'somebody'}));
	t.deepEqual(callers, [{door: 'rpc', credentials: CREDENTIALS}]);
});

test('a stop waits only so long for an answer that does not come', async t => {
	const {server, socketPath, clock} = await startRpcServer(t, {ping, pause: () => new Promise(() => {})});
	const lines = await RawLines.connect(t, socketPath);
	lines.send(`${request(1, 'relay.pause')}\n`);
	await lines.ask(request(2, 'daemon.ping'));
	const stopped = server.stop();
	clock.advance(2000);
	await stopped;
	t.is(await lines.line(), undefined);
});

test('a client that stays when it is told to go holds up nobody', async t => {
	const {server, socketPath, clock} = await startRpcServer(t, {ping});
	const lines = await RawLines.connect(t, socketPath);
	await lines.ask(request(1, 'daemon.ping'));
	const stopped = server.stop();
	t.is(await lines.line(), undefined, 'the server said good-bye');
	clock.advance(2000);
	await stopped;
	t.false(lines.socket.writableEnded, 'the client never did');
});

test('a server may be stopped twice, unstarted, and started again', async t => {
	const {server, socketPath} = await startRpcServer(t, {ping});
	await server.stop();
	await server.stop();
	await server.start();
	const lines = await RawLines.connect(t, socketPath);
	t.is((await lines.ask(request(1, 'daemon.ping'))).id, 1);
	lines.socket.end();
});

test('a server whose socket cannot be had does not start, and can be stopped', async t => {
	const socketPath = path.join(await temporaryDirectory(t), 'rpc.sock');
	await writeFile(socketPath, 'no socket');
	const {clock} = await startRpcServer(t);
	const server = new RpcServer({
		socket: {path: socketPath, mode: 0o660},
		backend: backendWith({}),
		events: {listen: () => () => {}},
		door: 'rpc',
		gate: ({params}) => params,
		onWrongCall: async () => {},
		whoIs: () => undefined,
		clock,
		logger: silentLogger,
	});
	await t.throwsAsync(server.start(), {code: 'INVALID_CONFIG'});
	await server.stop();
});
