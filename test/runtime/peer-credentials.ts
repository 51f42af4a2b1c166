import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import {chmod} from 'node:fs/promises';
import {createServer, type Server, type Socket, connect as tcpConnect} from 'node:net';
import path from 'node:path';
import test from 'ava';
import {openPeerCredentials} from '../../src/runtime/peer-credentials.js';
import {type Teardown, temporaryDirectory} from '../helpers/temp-dir.js';

const onLinux = process.platform === 'linux' ? test : test.skip;

const listening = async (t: Teardown): Promise<{readonly server: Server; readonly socketPath: string}> => {
	const directory = await temporaryDirectory(t);
	await chmod(directory, 0o755);
	const socketPath = path.join(directory, 'a.sock');
	const server = createServer().listen(socketPath);
	await once(server, 'listening');
	await chmod(socketPath, 0o777);
	t.teardown(() => {
		server.close();
	});
	return {server, socketPath};
};

/** A process of its own that connects and stays until it is killed. */
const connectAs = (t: Teardown, socketPath: string, user: {readonly uid?: number; readonly gid?: number}) => {
	const script = `require('net').connect(${JSON.stringify(socketPath)})`;
	const child = spawn(process.execPath, ['-e', script], {...user, stdio: 'ignore'});
	t.teardown(() => {
		child.kill('SIGKILL');
	});
	return child;
};

const accepted = async (t: Teardown, server: Server): Promise<Socket> => {
	const [socket] = (await once(server, 'connection')) as [Socket];
	t.teardown(() => {
		socket.destroy();
	});
	return socket;
};

onLinux('the kernel says whose process has connected', async t => {
	const credentials = await openPeerCredentials();
	t.is(credentials.missing, undefined);
	const {server, socketPath} = await listening(t);
	const child = connectAs(t, socketPath, {});
	t.deepEqual(credentials.of(await accepted(t, server)), {
		uid: process.getuid?.() ?? -1,
		gid: process.getgid?.() ?? -1,
		pid: child.pid ?? -1,
	});
});

const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip;

asRoot('another user is told apart', async t => {
	const credentials = await openPeerCredentials();
	const {server, socketPath} = await listening(t);
	const [uid, gid] = [2_147_483_647, 65_533];
	const child = connectAs(t, socketPath, {uid, gid});
	t.deepEqual(credentials.of(await accepted(t, server)), {uid, gid, pid: child.pid ?? -1});
});

onLinux('what is no open Unix socket is nobody, and harms nothing', async t => {
	const credentials = await openPeerCredentials();
	const {server, socketPath} = await listening(t);
	connectAs(t, socketPath, {});
	const socket = await accepted(t, server);
	socket.destroy();
	t.is(credentials.of(socket), undefined);
	const file = openSync('/dev/null', 'r');
	t.teardown(() => closeSync(file));
	for (const handle of [
		undefined,
		null,
		{},
		{fd: -1},
		{fd: 1.5},
		{fd: '0'},
		{fd: file},
		{fd: 1_000_000},
		{fd: 2 ** 40},
	]) {
		t.is(credentials.of({_handle: handle} as unknown as Socket), undefined, JSON.stringify(handle));
	}
});

onLinux('a TCP connection is nobody', async t => {
	const credentials = await openPeerCredentials();
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
	});
	const {port} = server.address() as {port: number};
	const client = tcpConnect(port, '127.0.0.1');
	t.teardown(() => {
		client.destroy();
	});
	t.is(credentials.of(await accepted(t, server)), undefined);
});

test('without koffi nobody is known, and it says why', async t => {
	const {missing, of} = await openPeerCredentials({
		platform: 'linux',
		arch: 'x64',
		load: () => Promise.reject(new Error("Cannot find package 'koffi'\nRequire stack: ...")),
	});
	t.is(missing, "the optional package koffi cannot be loaded: Cannot find package 'koffi'");
	t.is(of({_handle: {fd: 0}} as unknown as Socket), undefined);
});

test('a platform whose kernel is asked in another way is not asked at all', async t => {
	for (const [platform, arch] of [
		['darwin', 'arm64'],
		['linux', 'mips'],
	] as const) {
		const {missing} = await openPeerCredentials({
			platform,
			arch,
			load: () => t.fail() as never,
		});
		t.regex(missing ?? '', new RegExp(`${platform} \\(${arch}\\)`));
	}
});
