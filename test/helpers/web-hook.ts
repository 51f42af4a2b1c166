import {once} from 'node:events';
import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type Server,
	type ServerResponse,
} from 'node:http';
import type {AddressInfo, Server as NetServer, Socket} from 'node:net';
import type {Teardown} from './temp-dir.js';

/** A request that arrived whole. */
export type Received = {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	/** With upper and lower case, and with each header that came twice. */
	readonly rawHeaders: ReadonlyArray<readonly [string, string]>;
	readonly body: Buffer;
	readonly socket: Socket;
};

export type WebHook = {
	/** `http://127.0.0.1:PORT`. */
	readonly origin: string;
	readonly server: Server;
	readonly received: Received[];
	connections: number;
};

export type Respond = (received: Received, response: ServerResponse) => void;

/** A plain web endpoint: reads each request to its end, then does as told. */
export const startWebHook = async (t: Teardown, respond: Respond): Promise<WebHook> => {
	const received: Received[] = [];
	const server = createServer(readThen(received, respond));
	const hook: WebHook = {origin: await listening(t, server, 'http'), server, received, connections: 0};
	server.on('connection', () => hook.connections++);
	return hook;
};

/** A listener for a server that reads each request to its end, keeps it in `received`, and then does as told. */
export const readThen =
	(received: Received[], respond: Respond): RequestListener =>
	async (message, response) => {
		const pieces: Buffer[] = [];
		try {
			for await (const piece of message) {
				pieces.push(piece as Buffer);
			}
		} catch {
			return; // The other end is gone.
		}
		const one: Received = {
			method: message.method ?? '',
			path: message.url ?? '',
			headers: message.headers,
			rawHeaders: pairs(message.rawHeaders),
			body: Buffer.concat(pieces),
			socket: message.socket,
		};
		received.push(one);
		respond(one, response);
	};

/** On a free port of loopback, with everything closed at the end. The origin. */
export const listening = async (
	t: Teardown,
	server: NetServer & {closeAllConnections(): void},
	scheme: 'http' | 'https',
): Promise<string> => {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const pairs = (raw: readonly string[]): Array<readonly [string, string]> =>
	raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []));
