import type {Readable} from 'node:stream';
import {Client, type Dispatcher} from 'undici';
import {EdgedError, type EdgedErrorCode, ERROR_CODES} from '../../outbound/errors.js';
import {DaemonUnreachable} from '../../rpc/client-errors.js';
import type {IngestDoor, Metadata, Payload, SegmentAnswer} from './ingest-door.js';

export type IngestSettings = {
	/** Path of the Unix socket. */
	readonly socketPath: string;
	/** Longest silence while an answer is awaited. */
	readonly timeoutMs: number;
};

/** Requests that may be on their way on the one connection; the daemon takes and answers them in order. */
export const PIPELINE_DEPTH = 64;

export const openHttpIngest = ({socketPath, timeoutMs}: IngestSettings): IngestDoor => {
	const client = new Client('http://edged', {
		socketPath,
		pipelining: PIPELINE_DEPTH,
		connectTimeout: timeoutMs,
		headersTimeout: timeoutMs,
		bodyTimeout: timeoutMs,
	});
	let unanswered = 0;
	// undici would send again what was on its way behind a failed request; the daemon may have it already.
	client.on('disconnect', () => {
		if (unanswered > 0) {
			void client.destroy().catch(() => {});
		}
	});
	const request = async (options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> => {
		unanswered++;
		try {
			return await client.request(options);
		} catch (error) {
			throw toCallerError(error, socketPath);
		} finally {
			unanswered--;
		}
	};
	return {
		async send(payload, metadata) {
			const {statusCode, body} = await request(postOf(payload, metadata));
			return answerOf(statusCode, await body.text(), socketPath);
		},
		async fetch(segmentId, signal) {
			const path = `/v1/segments/${encodeURIComponent(segmentId)}`;
			const {statusCode, body} = await request({method: 'GET', path, signal});
			if (statusCode !== 200) {
				throw refusal(statusCode, await body.text(), socketPath);
			}
			return body as Readable;
		},
		close: () => client.destroy().catch(() => {}),
	};
};

const postOf = (payload: Payload, metadata: Metadata): Dispatcher.RequestOptions => ({
	method: 'POST',
	path: '/v1/segments',
	idempotent: true, // Else undici waits for each answer. Nothing is sent twice: see 'disconnect'.
	headers: headersOf(payload, metadata),
	body: payload.kind === 'bytes' ? payload.bytes : payload.stream,
});

const headersOf = (payload: Payload, metadata: Metadata): string[] => {
	const {segmentId, peers, priority, expiresInSeconds, labels, contentType} = metadata;
	const length = payload.kind === 'stream' ? payload.byteLength : payload.bytes.length;
	const pairs: ReadonlyArray<readonly [string, string | number | undefined]> = [
		['Content-Type', contentType],
		['Content-Length', length],
		['Edged-Segment-Id', segmentId],
		['Edged-Peers', peers.length === 0 ? undefined : peers.join(',')],
		['Edged-Priority', priority],
		['Edged-Expires-In', expiresInSeconds],
		...labels.map(({name, value}) => [`Edged-Label-${name}`, utf8Header(value)] as const),
	];
	return pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
};

/** Header values are bytes, which Node takes as Latin-1: so UTF-8 goes out as curl would send it. */
const utf8Header = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const answerOf = (statusCode: number, text: string, socketPath: string): SegmentAnswer => {
	if (statusCode !== 200 && statusCode !== 201) {
		throw refusal(statusCode, text, socketPath);
	}
	return JSON.parse(text) as SegmentAnswer;
};

const refusal = (statusCode: number, text: string, socketPath: string): Error => {
	const {code, message} = errorOf(text);
	const known = ERROR_CODES.find(other => other === code) satisfies EdgedErrorCode | undefined;
	return known === undefined
		? new DaemonUnreachable(
				socketPath,
				`What listens on ${socketPath} answered HTTP ${statusCode}, not as edged would`,
			)
		: new EdgedError(known, typeof message === 'string' ? message : `HTTP ${statusCode}`);
};

const errorOf = (text: string): {readonly code?: unknown; readonly message?: unknown} => {
	try {
		return (JSON.parse(text) as {error?: {code?: unknown; message?: unknown}}).error ?? {};
	} catch {
		return {};
	}
};

const toCallerError = (error: unknown, socketPath: string): unknown => {
	const {code, message} = error as {code?: unknown; message?: unknown};
	if (typeof code !== 'string' || !CONNECTION_CODES.test(code)) {
		return error;
	}
	return new DaemonUnreachable(
		socketPath,
		`The ingest socket ${socketPath} did not answer (${String(message)})`,
		error as NodeJS.ErrnoException,
	);
};

/** What undici and the kernel call a connection that failed; a payload that could not be read is none of them. */
const CONNECTION_CODES =
	/^(?:UND_ERR_(?:SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|DESTROYED|CLOSED)|ECONNREFUSED|ECONNRESET|ENOENT|EACCES|EPIPE)$/;
