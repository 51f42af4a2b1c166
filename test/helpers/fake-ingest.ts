import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import {type Teardown, temporaryDirectory} from './temp-dir.js';

export type Received = {
	readonly method: string;
	readonly url: string;
	/** Names as they were sent. */
	readonly rawHeaders: readonly string[];
	readonly body: Buffer;
};

/** What the daemon would answer: a status code and a document, or bytes; `undefined` breaks the connection. */
export type Reply =
	| {readonly status: number; readonly body: unknown; readonly gate?: Promise<void>}
	| undefined;

/** An HTTP server on a Unix socket that stands in for the daemon's ingest. */
export const startFakeIngest = async (t: Teardown, reply: (request: Received, index: number) => Reply) => {
	const socketPath = path.join(await temporaryDirectory(t), 'ingest.sock');
	const received: Received[] = [];
	const server = createServer((request, response) => {
		void answer(request, response).catch(() => {}); // The client went away.
	});
	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const {method = '', url = '', rawHeaders} = request;
		const got = {method, url, rawHeaders, body: await buffer(request)};
		const given = reply(got, received.push(got) - 1);
		await given?.gate;
		if (given === undefined) {
			request.socket.destroy();
		} else if (Buffer.isBuffer(given.body)) {
			response.writeHead(given.status, {'content-length': given.body.length}).end(given.body);
		} else {
			response.writeHead(given.status, {'content-type': 'application/json'}).end(JSON.stringify(given.body));
		}
	};
	server.listen(socketPath);
	await once(server, 'listening');
	t.teardown(async () => {
		server.closeAllConnections();
		server.close();
		await once(server, 'close');
	});
	return {socketPath, received};
};

export const accepted = (segmentId: string): NonNullable<Reply> => ({
	status: 201,
	body: {segment_id: segmentId, status: 'accepted', durability: 'durable'},
});

export const refused = (status: number, code: string, message: string): NonNullable<Reply> => ({
	status,
	body: {error: {code, message}},
});

/** The value of the header `name` in `rawHeaders`, read as bytes of UTF-8. */
export const headerOf = ({rawHeaders}: Received, name: string): string | undefined => {
	const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text === name);
	const value = at < 0 ? undefined : rawHeaders[at + 1];
	return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8');
};
