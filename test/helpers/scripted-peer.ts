import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {
	type AddressInfo,
	createServer as createTcpServer,
	type Socket,
	type Server as TcpServer,
} from 'node:net';
import {type ParsedRequest, parseRequest} from '../../src/storage/request-codec.js';
import type {Teardown} from './temp-dir.js';

export type ScriptedPeer = {
	readonly url: string;
	/** Requests that were received whole. */
	readonly requests: ParsedRequest[];
	readonly server: Server;
	connections: number;
};

type Script = (request: ParsedRequest, response: ServerResponse, message: IncomingMessage) => void;

/** An HTTP server that reads a request, parses it, and answers as `script` says. */
export const startPeer = async (t: Teardown, script: Script): Promise<ScriptedPeer> => {
	const requests: ParsedRequest[] = [];
	const server = createServer(async (message, response) => {
		const pieces: Buffer[] = [];
		for await (const piece of message) {
			pieces.push(piece as Buffer);
		}
		const request = parseRequest(Buffer.concat(pieces), {maxEntries: 65_536});
		if (request.kind === 'fault') {
			response.writeHead(400).end(request.message);
			return;
		}
		requests.push(request);
		script(request, response, message);
	});
	const peer: ScriptedPeer = {url: await listen(t, server), requests, server, connections: 0};
	server.on('connection', () => peer.connections++);
	t.teardown(() => {
		server.closeAllConnections();
	});
	return peer;
};

/** A server that is left alone with its sockets. */
export const startRawPeer = async (t: Teardown, onSocket: (socket: Socket) => void): Promise<string> => {
	const sockets = new Set<Socket>();
	const server = createTcpServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		onSocket(socket);
	});
	t.teardown(() => {
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return listen(t, server);
};

const listen = async (t: Teardown, server: TcpServer): Promise<string> => {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** All accepted. */
export const answerOf = (request: ParsedRequest, fields: object = {}): string =>
	JSON.stringify({
		request_digest: request.digest,
		accepted: request.entryCount === 0 ? [] : [[0, request.entryCount - 1]],
		duplicate: [],
		rejected: [],
		...fields,
	});
