import {once} from 'node:events';
import {chmod, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {connectRpc} from '../../src/rpc/client.js';
import {CallTimedOut, DaemonUnreachable, RpcError, UnexpectedAnswer} from '../../src/rpc/client-errors.js';
import {BURIED} from '../../src/rpc/contract/examples/values.js';
import type {MethodName, Result} from '../../src/rpc/contract/methods.js';
import {DOOR_LIMITS} from '../../src/rpc/limits.js';
import {PONG, ping} from '../helpers/pong.js';
import {RawLines} from '../helpers/raw-lines.js';
import {startRpcServer} from '../helpers/rpc-server.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const connected = async (t: ExecutionContext, backend: Parameters<typeof startRpcServer>[1]) => {
	const {socketPath, server, clock} = await startRpcServer(t, backend);
	const client = await connectRpc(socketPath);
	t.teardown(() => client.close());
	return {client, server, clock};
};

/** A peer on a socket that answers each line with what `answer` makes of it. */
const fakeDaemon = async (t: ExecutionContext, answer: (line: string) => string | undefined) => {
	const socketPath = path.join(await temporaryDirectory(t), 'rpc.sock');
	const server = createServer(socket => {
		socket.setEncoding('utf8');
		socket.on('error', () => {});
		socket.on('data', (line: string) => {
			const reply = answer(line);
			reply === undefined ? socket.destroy() : socket.write(reply);
		});
	});
	server.listen(socketPath);
	await once(server, 'listening');
	t.teardown(() => server.close());
	const client = await connectRpc(socketPath);
	t.teardown(() => client.close());
	return client;
};

test('a call brings the result', async t => {
	const {client} = await connected(t, {ping});
	t.deepEqual(await client.call('daemon.ping', {}), PONG);
});

test('calls that overlap get each its own answer', async t => {
	const {client} = await connected(t, {
		inspect: ({segment_id}) => ({records: [{...BURIED, segment_id: segment_id.toUpperCase()}]}),
	});
	const names = Array.from({length: 500}, (_, index) => `s${index}`);
	const answers = await Promise.all(names.map(segment_id => client.call('relay.inspect', {segment_id})));
	t.deepEqual(
		answers.map(({records}) => records[0]?.segment_id),
		names.map(name => name.toUpperCase()),
	);
});

test('a refusal is the same error at both ends', async t => {
	const {client} = await connected(t, {
		drain() {
			throw new EdgedError('UNKNOWN_PEER', 'There is no peer hub', {peer_id: 'hub'});
		},
		resume() {
			throw new EdgedError('BUSY', 'Not now');
		},
	});
	const refused = await t.throwsAsync(client.call('relay.drain', {peer_id: 'hub'}), {
		instanceOf: EdgedError,
		code: 'UNKNOWN_PEER',
		message: 'There is no peer hub',
	});
	t.deepEqual(refused?.details, {peer_id: 'hub'});
	t.is((await t.throwsAsync<EdgedError>(client.call('relay.resume', {})))?.details, undefined);
});

test('params that the daemon refuses name the key', async t => {
	const {client} = await connected(t, {});
	await t.throwsAsync(client.call('relay.list', {limit: 0}), {
		instanceOf: EdgedError,
		code: 'INVALID_ARGUMENT',
		message: /limit/,
	});
});

test('an internal error and an unknown method keep their JSON-RPC codes', async t => {
	const {client} = await connected(t, {});
	await t.throwsAsync(client.call('relay.status', {}), {instanceOf: RpcError, code: -32_603});
	await t.throwsAsync(client.call('relay.teleport' as MethodName, {}), {instanceOf: RpcError, code: -32_601});
});

test('an answer of another form is told, key by key, and the connection stays of use', async t => {
	const answers = [{...PONG, pid: 'one'}, null, {...PONG, mood: 'good'}];
	const {client} = await connected(t, {ping: () => answers.shift() as Result<'daemon.ping'>});
	await t.throwsAsync(client.call('daemon.ping', {}), {
		instanceOf: UnexpectedAnswer,
		message: /^The answer to daemon\.ping is not of the form that this version knows: pid: /,
	});
	await t.throwsAsync(client.call('daemon.ping', {}), {instanceOf: UnexpectedAnswer});
	t.deepEqual<unknown, unknown>(
		await client.call('daemon.ping', {}),
		{...PONG, mood: 'good'},
		'a newer daemon may say more',
	);
});

test('a call that is not answered in time rejects, and the connection stays of use', async t => {
	let answerLate = () => {};
	const {client} = await connected(t, {
		ping,
		pause: () =>
			new Promise(resolve => {
				answerLate = () => resolve({paused: ['late'], draining: [], inflight: 0, scheduled: 0, done: true});
			}),
	});
	await t.throwsAsync(client.call('relay.pause', {}, {timeoutMs: 30}), {
		instanceOf: CallTimedOut,
		message: 'No answer to relay.pause within 0.03 s',
	});
	answerLate();
	t.deepEqual(await client.call('daemon.ping', {}, {timeoutMs: Number.POSITIVE_INFINITY}), PONG);
});

test('when the daemon goes, every call under way rejects, and so does every later one', async t => {
	const {client, server, clock} = await connected(t, {ping, pause: () => new Promise(() => {})});
	const pending = [client.call('relay.pause', {}), client.call('relay.pause', {})].map(call =>
		t.throwsAsync(call, {instanceOf: DaemonUnreachable, message: /closed the connection/}),
	);
	await client.call('daemon.ping', {});
	const stopped = server.stop();
	clock.advance(2000);
	await Promise.all([...pending, stopped]);
	await t.throwsAsync(client.call('daemon.ping', {}), {instanceOf: DaemonUnreachable});
});

test('closing the client rejects what is under way, and what is asked later', async t => {
	let answer = () => {};
	const {client} = await connected(t, {
		pause: () =>
			new Promise((_, reject) => {
				answer = () => reject(new EdgedError('BUSY', 'too late'));
			}),
	});
	const pending = client.call('relay.pause', {});
	client.close();
	await t.throwsAsync(pending, {instanceOf: DaemonUnreachable, message: /is closed/});
	await t.throwsAsync(client.call('daemon.ping', {}), {instanceOf: DaemonUnreachable});
	answer();
});

test('a connection that the other end drops rejects the call under way', async t => {
	const client = await fakeDaemon(t, () => undefined);
	await t.throwsAsync(client.call('daemon.ping', {}), {instanceOf: DaemonUnreachable});
});

test('something that does not speak JSON-RPC is not waited for', async t => {
	for (const reply of ['HTTP/1.1 400 Bad Request\r\n', '7\n', 'null\n', '{"x":1}\n']) {
		const client = await fakeDaemon(t, () => reply);
		await t.throwsAsync(client.call('daemon.ping', {}), {
			instanceOf: DaemonUnreachable,
			message: /JSON-RPC/,
		});
	}
});

test('answers to questions that were not asked are passed over', async t => {
	const answer = JSON.stringify({jsonrpc: '2.0', id: 1, result: PONG});
	const client = await fakeDaemon(t, () => `{"jsonrpc":"2.0","id":77,"result":1}\n${answer}\n`);
	t.deepEqual(await client.call('daemon.ping', {}), PONG);
});

test('a daemon without a free seat says so', async t => {
	const {socketPath} = await startRpcServer(t, {ping});
	for (let seat = 0; seat < DOOR_LIMITS.rpc.connections; seat++) {
		await RawLines.connect(t, socketPath);
	}
	const client = await connectRpc(socketPath);
	t.teardown(() => client.close());
	await t.throwsAsync(client.call('daemon.ping', {}), {instanceOf: EdgedError, code: 'BUSY'});
});

test('a socket that is not there is named', async t => {
	const socketPath = path.join(await temporaryDirectory(t), 'rpc.sock');
	const error = await t.throwsAsync<DaemonUnreachable>(connectRpc(socketPath), {
		instanceOf: DaemonUnreachable,
		message: new RegExp(socketPath),
	});
	t.like(error, {reason: 'ENOENT', socketPath});
});

test('a socket that nobody listens on is named', async t => {
	const socketPath = path.join(await temporaryDirectory(t), 'rpc.sock');
	await writeFile(socketPath, '');
	const error = await t.throwsAsync<DaemonUnreachable>(connectRpc(socketPath), {
		instanceOf: DaemonUnreachable,
	});
	t.is(error?.reason, 'ECONNREFUSED');
});

test('a path too long for a socket is said to be, not cut short', async t => {
	await t.throwsAsync(connectRpc(`/tmp/${'x'.repeat(200)}`), {
		instanceOf: DaemonUnreachable,
		message: /107 bytes/,
	});
});

const unlessRoot = process.getuid?.() === 0 ? test.skip : test;
unlessRoot('a socket that one may not connect to is named with the reason', async t => {
	const {socketPath} = await startRpcServer(t, {ping});
	await chmod(socketPath, 0o000);
	const error = await t.throwsAsync<DaemonUnreachable>(connectRpc(socketPath));
	t.is(error?.reason, 'EACCES');
});
