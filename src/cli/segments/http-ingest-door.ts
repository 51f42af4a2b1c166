import type {Readable} from 'node:stream';
import {Client, type Dispatcher} from 'undici';
import {EdgedError, ERROR_CODES} from '../../outbound/errors.js';
import {DaemonUnreachable, RpcError} from '../../rpc/client-errors.js';
import type {IngestDoor, Metadata, Payload, SegmentAnswer} from './ingest-door.js';

export type IngestSettings = {
	/** Path of the Unix socket. */
	readonly socketPath: string;
	/** Longest silence while an answer is awaited. */
	readonly timeoutMs: number;
};

/** Requests that may be on their way on the one connection; the daemon takes and answers them in order. */
const PIPELINE_DEPTH = 64;

export const openHttpIngest = (settings: IngestSettings): IngestDoor => {
	const {socketPath} = settings;
	// Two connections: what a stream does to its own when it breaks off harms nothing that overlaps.
	const overlapping = clientOf(settings, PIPELINE_DEPTH);
	const alone = clientOf(settings, 1);
	let onTheirWay = 0;
	// undici would send again what was on its way behind a failed request; the daemon may have it already.
	overlapping.on('disconnect', () => {
		if (onTheirWay > 0) {
			void overlapping.destroy().catch(() => {});
		}
	});
	const request = (client: Client, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> =>
		client.request(options).catch((error: unknown) => {
			throw toCallerError(error, socketPath);
		});
	const overlap = async (options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> => {
		onTheirWay++;
		try {
			return await request(overlapping, options);
		} finally {
			onTheirWay--;
		}
	};
	return {
		async send(payload, metadata) {
			const options = postOf(payload, metadata);
			const {statusCode, body} = await (payload.kind === 'bytes'
				? overlap(options)
				: request(alone, options));
			return answerOf(statusCode, await body.text(), socketPath);
		},
		async fetch(segmentId, signal) {
			const path = `/v1/segments/${encodeURIComponent(segmentId)}`;
			const {statusCode, body} = await request(alone, {method: 'GET', path, signal});
			if (statusCode !== 200) {
				throw refusal(statusCode, await body.text(), socketPath);
			}
			return body as Readable;
		},
		async close() {
			await Promise.allSettled([overlapping.destroy(), alone.destroy()]);
		},
	};
};

const clientOf = ({socketPath, timeoutMs}: IngestSettings, pipelining: number): Client =>
	new Client('http://edged', {
		socketPath,
		pipelining,
		connectTimeout: timeoutMs,
		headersTimeout: timeoutMs,
		bodyTimeout: timeoutMs,
	});

const postOf = (payload: Payload, metadata: Metadata): Dispatcher.RequestOptions => ({
	method: 'POST',
	path: '/v1/segments',
	// Without these two undici waits for each answer before it sends on. Nothing is sent twice: see 'disconnect'.
	idempotent: true,
	blocking: false,
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
	if (typeof code !== 'string' || typeof message !== 'string') {
		const why = `What listens on ${socketPath} answered HTTP ${statusCode}, not as edged would`;
		return new DaemonUnreachable(socketPath, why);
	}
	const known = ERROR_CODES.find(other => other === code);
	return known === undefined
		? new RpcError({code: statusCode, message: `${code}: ${message}`}) // A fault of the daemon, as on the other door.
		: new EdgedError(known, message);
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
