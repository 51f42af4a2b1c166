import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import type {Teardown} from './temp-dir.js';

/** Bytes that a trickling peer reads in a second, on average: Node reads 64 KiB at a time. */
const TRICKLE = 100;

/** Takes every connection and never reads from it, nor answers. Returns its port. */
export const startBlackHole = (t: Teardown): Promise<number> => startServer(t, socket => socket.pause());

/** Reads about 100 bytes a second and never answers. Returns its port. */
export const startTrickle = (t: Teardown): Promise<number> =>
	startServer(t, socket => {
		socket.on('data', (bytes: Buffer) => {
			socket.pause();
			const timer = setTimeout(() => socket.resume(), (bytes.length / TRICKLE) * 1000);
			socket.on('close', () => clearTimeout(timer));
		});
	});

const startServer = async (t: Teardown, take: (socket: Socket) => void): Promise<number> => {
	const sockets = new Set<Socket>();
	const server = createServer({pauseOnConnect: true}, socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		socket.resume();
		take(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return (server.address() as AddressInfo).port;
};

const LISTENER = `
const server = require('node:net').createServer();
server.listen({port: 0, host: '127.0.0.1', backlog: 1}, () => console.log(server.address().port));
`;
/** More than a backlog of one takes: the kernel drops the handshakes of all that come later. */
const FILL = 6;

/** Answers no handshake: a process that is stopped, with its backlog full. Returns its port. */
export const startSynHole = async (t: Teardown): Promise<number> => {
	const child = spawn(process.execPath, ['-e', LISTENER], {stdio: ['ignore', 'pipe', 'ignore']});
	t.teardown(() => {
		child.kill('SIGKILL');
	});
	const [said] = (await once(child.stdout, 'data')) as [Buffer];
	child.kill('SIGSTOP');
	const port = Number(said);
	const fillers = Array.from({length: FILL}, () => connect(port, '127.0.0.1').on('error', () => {}));
	t.teardown(() => {
		for (const filler of fillers) {
			filler.destroy();
		}
	});
	await once(fillers[0] as Socket, 'connect');
	return port;
};
