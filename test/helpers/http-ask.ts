import {once} from 'node:events';
import {
	Agent as HttpAgent,
	request as httpRequest,
	type IncomingHttpHeaders,
	type IncomingMessage,
} from 'node:http';
import {Agent as HttpsAgent, request as httpsRequest, type RequestOptions} from 'node:https';

export type HttpAnswer = {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	json(): unknown;
};

/** One HTTP request on a connection of its own; with `ca` over TLS. */
export const ask = async (options: RequestOptions, body: Buffer | string = ''): Promise<HttpAnswer> => {
	const isPlain = options.ca === undefined;
	// Kept alive until the answer is read: Node's client reports EPIPE when a server that was asked to close does so early.
	const agent = new (isPlain ? HttpAgent : HttpsAgent)({keepAlive: true});
	const send = isPlain ? httpRequest : httpsRequest;
	const request = send({agent, method: 'POST', path: '/v1/segments', ...options});
	request.end(Buffer.from(body)); // With a string Node would send the headers as UTF-8, too.
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	const pieces: Buffer[] = [];
	for await (const piece of response) {
		pieces.push(piece as Buffer);
	}
	agent.destroy();
	const bytes = Buffer.concat(pieces);
	return {
		status: response.statusCode ?? 0,
		headers: response.headers,
		body: bytes,
		json: () => JSON.parse(bytes.toString('utf8')) as unknown,
	};
};
