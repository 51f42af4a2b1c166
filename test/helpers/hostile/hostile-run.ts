import {fork} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import {fileURLToPath} from 'node:url';
import {certificates} from '../certificates.js';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgedPeer,
	inDirectory,
	statusOf,
	untilIs,
	untilSaid,
} from '../edge-daemon.js';
import {type DaemonProcess, startDaemon} from '../process.js';
import type {Teardown} from '../temp-dir.js';
import {WellBehaved} from './well-behaved.js';

export type HostileOptions = {
	readonly directory: string;
	readonly seconds: number;
	/** That attackers try to hold open, all doors together. */
	readonly connections: number;
	/** Files that the daemon may have open. */
	readonly openFiles: number;
	/** Names of attacks; all when absent. */
	readonly only?: readonly string[];
};

export type HostileRun = {
	readonly daemon: DaemonProcess;
	readonly client: WellBehaved;
	/** What kept the client from being answered. */
	readonly failures: readonly string[];
	/** By kind, of the attackers. */
	readonly attacks: Readonly<Record<string, number>>;
	/** Latencies of the client before the attack began. */
	readonly calm: {readonly ingestMs: readonly number[]; readonly rpcMs: readonly number[]};
};

const ATTACKERS = fileURLToPath(new URL('attackers-process.js', import.meta.url));

/** A daemon with every attacker at its doors and liars for peers, and a client in order that uses both doors meanwhile. */
export const runHostile = async (t: Teardown, options: HostileOptions): Promise<HostileRun> => {
	const {directory, seconds, connections, openFiles} = options;
	const daemon = await startDaemon(t, {
		config: await configOf(t),
		directory,
		socket: 'rpc.sock',
		prefix: ['prlimit', `--nofile=${openFiles}:${openFiles}`],
	});
	const edge = {directory} as Edge;
	const client = new WellBehaved({ingest: inDirectory(edge, 'ingest.sock'), rpc: daemon.socket}, 'outbox');
	t.teardown(() => client.close());
	await daemon.call('relay.enqueue', {
		segments: LIARS.map(({id}) => ({payload_text: 'for a liar', peers: [id]})),
	});
	const failures: string[] = [];
	await use(client, Math.min(5, seconds), failures);
	const calm = {ingestMs: client.ingestMs.splice(0), rpcMs: client.rpcMs.splice(0)};
	const [, port = ''] = /"tls":"[^"]*:(\d+)"/.exec(await untilSaid(daemon, /edged is running/)) ?? [];
	const attackers = fork(ATTACKERS, [
		inDirectory(edge, 'ingest.sock'),
		daemon.socket,
		port,
		String(connections),
		...(options.only ?? []),
	]);
	let attacks: Record<string, number> = {};
	attackers.on('message', (done: Record<string, number>) => {
		attacks = done;
	});
	t.teardown(() => attackers.kill('SIGKILL'));
	await once(attackers, 'message'); // They have begun.
	await use(client, seconds, failures);
	attackers.kill('SIGKILL');
	await once(attackers, 'exit');
	await untilIs(
		() => statusOf(daemon),
		({queue_depth: {acked}}) => acked >= client.acknowledged.length,
	);
	return {daemon, client, failures, attacks, calm};
};

const use = async (client: WellBehaved, seconds: number, failures: string[]): Promise<void> => {
	const end = performance.now() + seconds * 1000;
	while (performance.now() < end) {
		await client.once().catch((error: unknown) => failures.push(String(error)));
	}
};

type Liar = {readonly id: string; readonly script: (socket: Socket) => void};
const again = (socket: Socket, text: string): void => {
	const beat = setInterval(() => socket.write(text), 5);
	socket.on('close', () => clearInterval(beat));
};
const LIARS: readonly Liar[] = [
	{id: 'silent', script: () => {}},
	{id: 'nonsense', script: socket => void socket.end(Buffer.alloc(10_000, 7))},
	{id: 'interim', script: socket => again(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50))},
	{
		id: 'endless',
		script: socket =>
			again(socket, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(1000)}`),
	},
	{id: 'hangs-up', script: socket => void socket.resetAndDestroy()},
];

const configOf = async (t: Teardown): Promise<string> => {
	const {authority, server} = await certificates();
	const liars = await Promise.all(
		LIARS.map(async ({id, script}) => {
			const peer = createServer(socket => {
				socket.on('error', () => {});
				socket.resume();
				script(socket);
				t.teardown(() => socket.destroy());
			}).listen(0, '127.0.0.1');
			await once(peer, 'listening');
			t.teardown(() => peer.close());
			const {port} = peer.address() as {port: number};
			return `[[peers]]\nid = "${id}"\nurl = "http://127.0.0.1:${port}"\ndefault = false\n`;
		}),
	);
	return edgeConfig(`
[ingest]
socket = "ingest.sock"
listen = "127.0.0.1:0"
cert_file = "${server.certFile}"
key_file = "${server.keyFile}"
client_ca_file = "${authority.caFile}"
${edgedPeer('nowhere', 'nowhere.sock')}${directoryPeer('outbox', 'default = false')}${liars.join('')}`);
};
