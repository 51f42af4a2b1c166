import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {createConnection, createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {listenOnSocketFile, MAX_SOCKET_PATH_BYTES} from '../../src/runtime/socket-file.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const listen = async (t: ExecutionContext, path: string, group?: string, groupFile?: string) => {
	const server = createServer(socket => socket.end());
	t.teardown(() => server.close());
	const file = group === undefined ? {path, mode: 0o660} : {path, mode: 0o660, group};
	await listenOnSocketFile(server, file, groupFile);
	return server;
};

/** Leaves the file of a listener that was killed, as SIGKILL of a daemon does. */
const leaveStaleSocket = async (path: string): Promise<void> => {
	const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
	await once(spawn(process.execPath, ['-e', script]), 'exit');
};

test('the socket has the mode asked for and takes connections', async t => {
	const path = join(await temporaryDirectory(t), 'rpc.sock');
	await listen(t, path);
	t.is((await stat(path)).mode & 0o777, 0o660);
	const socket = createConnection(path);
	await once(socket, 'connect');
	socket.destroy();
});

test('a directory that is missing is made', async t => {
	const path = join(await temporaryDirectory(t), 'run', 'edged', 'rpc.sock');
	await listen(t, path);
	t.true((await stat(path)).isSocket());
});

test('a socket left by a killed process is replaced', async t => {
	const path = join(await temporaryDirectory(t), 'rpc.sock');
	await leaveStaleSocket(path);
	t.true((await stat(path)).isSocket());
	await listen(t, path);
	const socket = createConnection(path);
	await once(socket, 'connect');
	socket.destroy();
});

test('a socket that is listened on is refused and goes on working', async t => {
	const path = join(await temporaryDirectory(t), 'rpc.sock');
	await listen(t, path);
	await t.throwsAsync(listen(t, path), {code: 'BUSY', message: /already listens/});
	const socket = createConnection(path);
	await once(socket, 'connect');
	socket.destroy();
});

test('a file that is no socket is never removed, nor one behind a link', async t => {
	const dir = await temporaryDirectory(t);
	await writeFile(join(dir, 'precious'), 'data');
	await symlink(join(dir, 'precious'), join(dir, 'link'));
	await t.throwsAsync(listen(t, join(dir, 'precious')), {code: 'INVALID_CONFIG', message: /no socket/});
	await t.throwsAsync(listen(t, join(dir, 'link')), {code: 'INVALID_CONFIG', message: /no socket/});
	t.is(await readFile(join(dir, 'precious'), 'utf8'), 'data');
});

test('a path that would be cut short is refused, one that just fits is not', async t => {
	const dir = await temporaryDirectory(t);
	const room = MAX_SOCKET_PATH_BYTES - Buffer.byteLength(dir) - 1;
	await listen(t, join(dir, 'x'.repeat(room)));
	t.true((await stat(join(dir, 'x'.repeat(room)))).isSocket());
	await t.throwsAsync(listen(t, join(dir, 'x'.repeat(room + 1))), {
		code: 'INVALID_CONFIG',
		message: /107 bytes/,
	});
	// Bytes count, not characters.
	await t.throwsAsync(listen(t, join(dir, 'ä'.repeat(room))), {code: 'INVALID_CONFIG'});
});

test('the socket belongs to the group named', async t => {
	const dir = await temporaryDirectory(t);
	// Only root may give a file to a group it is not in; others can only show that the lookup is used.
	const own = process.getuid?.() === 0 ? 4244 : (process.getgid?.() ?? 0);
	await writeFile(join(dir, 'group'), `root:x:4242:\nedge:x:${own}:\nedged-admins:x:4243:\n`);
	const path = join(dir, 'rpc.sock');
	await listen(t, path, 'edge', join(dir, 'group'));
	t.is((await stat(path)).gid, own);
	await listen(t, join(dir, 'by-number.sock'), String(own));
	t.is((await stat(join(dir, 'by-number.sock'))).gid, own);
});

test('a group that does not exist is refused before anything is made', async t => {
	const dir = await temporaryDirectory(t);
	await writeFile(join(dir, 'group'), 'edged-admins:x:4243:\nbroken::\n');
	const path = join(dir, 'rpc.sock');
	for (const group of ['edged', 'broken', 'nobody-here']) {
		await t.throwsAsync(listen(t, path, group, join(dir, 'group')), {
			code: 'INVALID_CONFIG',
			message: new RegExp(`no group ${group}`),
		});
	}
	await t.throwsAsync(stat(path), {code: 'ENOENT'});
});

test('closing the server removes the file', async t => {
	const path = join(await temporaryDirectory(t), 'rpc.sock');
	const server = await listen(t, path);
	server.close();
	await once(server, 'close');
	await t.throwsAsync(stat(path), {code: 'ENOENT'});
});
