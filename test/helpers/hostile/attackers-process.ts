import {connect, type Socket} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {httpRows} from './http-rows.js';
import {askRaw} from './raw-http.js';
import {requestRows} from './request-rows.js';
import {rpcRows} from './rpc-rows.js';

/**
 * Everybody who should not be let near a daemon, all at once, until the process is ended: `INGEST_SOCKET RPC_SOCKET TLS_PORT
 * CONNECTIONS [ATTACK...]`. Tells its parent once a second how much it did.
 */
const [ingest = '', rpc = '', tlsPort = '0', connections = '1000', ...only] = process.argv.slice(2);
const MIB = 1024 * 1024;

const done = {connects: 0, http: 0, rpc: 0, drips: 0};
setInterval(() => process.send?.(done), 1000);
process.on('disconnect', () => process.exit());
process.on('uncaughtException', () => {}); // A connection that was cut is what attackers live with.

type Door = string | number;

const open = (door: Door): Promise<Socket | undefined> =>
	new Promise(resolve => {
		const socket = typeof door === 'string' ? connect(door) : connect(door, '127.0.0.1');
		socket.on('error', () => resolve(undefined));
		socket.on('connect', () => {
			done.connects++;
			resolve(socket);
		});
	});
const closed = (socket: Socket): Promise<void> =>
	new Promise(resolve => {
		socket.on('close', () => resolve());
		socket.resume();
	});

const forEver = (count: number, work: (index: number) => Promise<void>): void => {
	for (let index = 0; index < count; index++) {
		void (async () => {
			for (;;) {
				await work(index).catch(() => {});
				await wait(1 + (index % 7));
			}
		})();
	}
};

/** Holds a place until it is thrown out, and comes back. */
const squat = async (door: Door): Promise<void> => {
	const socket = await open(door);
	await (socket === undefined ? wait(200) : closed(socket));
	await wait(200 * Math.random());
};

/** Sends the beginning of something, and then a byte from time to time. */
const drip = async (door: Door, start: string, bytes = 0): Promise<void> => {
	const socket = await open(door);
	if (socket === undefined) {
		await wait(200);
		return;
	}
	socket.write(start);
	socket.write(Buffer.alloc(bytes));
	const beat = setInterval(() => {
		socket.write('x');
		done.drips++;
	}, 1000);
	await closed(socket);
	clearInterval(beat);
};

/** Asks without ever reading an answer. */
const flood = async (): Promise<void> => {
	const socket = await open(rpc);
	if (socket === undefined) {
		return;
	}
	socket.pause();
	const ping = '{"jsonrpc":"2.0","id":1,"method":"relay.status"}\n'.repeat(500);
	const more = setInterval(() => socket.write(ping), 100);
	await wait(3000);
	clearInterval(more);
	socket.destroy();
};

const tryHttp = async (index: number): Promise<void> => {
	// What is large and taken would fill the disk, not try the door.
	const rows = [...httpRows, ...requestRows].filter(({title}) => title !== '65,536 empty segments');
	const row = rows[(done.http + index) % rows.length];
	done.http++;
	await Promise.race([askRaw(ingest, row?.bytes ?? []), wait(2000)]);
};

const tryRpc = async (index: number): Promise<void> => {
	const socket = await open(rpc);
	const row = rpcRows[(done.rpc + index) % rpcRows.length];
	done.rpc++;
	socket?.write(row?.line ?? '');
	socket?.end('\n');
	await (socket && Promise.race([closed(socket), wait(2000)]));
	socket?.destroy();
};

const HEAD = 'POST /v1/segments HTTP/1.1\r\nHost: x\r\n';
const DRIPS = [
	(door: Door) => drip(door, `${HEAD}Content-Length: ${MIB}\r\n\r\n`, 200_000),
	(door: Door) => drip(door, `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;`),
	(door: Door) => drip(door, `${HEAD}X-`),
	(door: Door) => drip(door, `${HEAD}Content-Length: 64\r\n\r\n`),
];
const tls = Number(tlsPort);
const doors: readonly Door[] = tls === 0 ? [ingest] : [ingest, tls];
const attacks: Readonly<Record<string, () => void>> = {
	http: () => forEver(3, tryHttp),
	rpc: () => forEver(2, tryRpc),
	flood: () => forEver(8, flood),
	drip: () => forEver(200, index => DRIPS[index % DRIPS.length]?.(ingest) ?? wait(1)),
	'rpc-drip': () => forEver(20, () => drip(rpc, '{"jsonrpc":"2.0","id":')),
	'tls-drip': () =>
		forEver(20, () => (tls === 0 ? wait(10_000) : drip(tls, `${HEAD}Content-Length: 5\r\n\r\n`))),
	squat: () => forEver(Number(connections), index => squat(doors[index % doors.length] ?? ingest)),
};
for (const [name, begin] of Object.entries(attacks)) {
	if (only.length === 0 || only.includes(name)) {
		begin();
	}
}
