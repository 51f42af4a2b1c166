import {setMaxListeners} from 'node:events';
import type {TlsFiles} from '../../config/peers.js';
import type {Clock} from '../../runtime/clock.js';
import type {LeasedEntry} from '../../storage/store.js';
import type {Transport} from '../transport.js';
import {type ExchangeLimits, exchange, type Question} from './exchange.js';
import {endpointOf} from './http/endpoint.js';
import {judgeEntry} from './http/judge-entry.js';
import {LeasePosting, type PreparedPost} from './http/lease-posting.js';
import {type SegmentFormat, segmentHeaders} from './http/segment-headers.js';
import {Turns} from './http/turns.js';
import {PeerConnections} from './peer-connections.js';
import {ChunkSize, WholeBody} from './request-body.js';
import {headBytesOf} from './request-head.js';
import {unpaced} from './unpaced.js';

export type HttpTransportOptions = {
	/** `https://` or `http://`, the exact endpoint, perhaps with a user and a password. */
	readonly url: string;
	/** For `https://`; what is missing is the system's, or nothing. Read again when they change. */
	readonly tls: Partial<TlsFiles> | undefined;
	/** What the endpoint's certificate must name, when it is not the host in the URL. */
	readonly serverName: string | undefined;
	readonly format: SegmentFormat;
	/** For a connection to stand, TLS included. */
	readonly dialTimeoutMs: number;
	/** Without any progress; a slow link may take longer for a whole request. */
	readonly ackTimeoutMs: number;
	readonly clock: Clock;
};

/** Requests to one endpoint at a time, and so connections. */
const MOST_AT_ONCE = 32;
/** Of an answer: enough for words, and for a page that is read to its end so that the connection can be used again. */
const MOST_ANSWER_BYTES = 16_384;

/** To any web endpoint: one `POST` per segment, acknowledged by any 2xx. */
export const createHttpTransport = (options: HttpTransportOptions): Transport => {
	const {url, tls, serverName, format, dialTimeoutMs, clock} = options;
	const {origin, host, path, authorization} = endpointOf(url);
	const address = {origin, socketPath: undefined, tls, serverName, minTlsVersion: 'TLSv1.2'} as const;
	const connections = new PeerConnections(address, dialTimeoutMs, clock);
	const limits: ExchangeLimits = {...options, chunkSize: new ChunkSize()};
	const credentials = authorization === undefined ? {} : {authorization};
	const turns = new Turns(MOST_AT_ONCE);

	const prepare = (entry: LeasedEntry): PreparedPost => {
		const headers = {...credentials, ...segmentHeaders(entry, format)};
		const headBytes = headBytesOf(path, host, headers);
		const question = {method: 'POST', path, headers, headBytes, maxAnswerBytes: MOST_ANSWER_BYTES} as const;
		return {
			byteLength: headBytes + entry.sizeBytes,
			async post(payload, context, paced) {
				const body = (): WholeBody => new WholeBody(payload);
				const asked: Question = {...question, body, bodyBytes: payload.length, context, paced};
				const exchanged = await exchange(connections, asked, limits);
				return {fate: judgeEntry(exchanged, clock.now()), bytesSent: exchanged.bytesSent};
			},
		};
	};

	return {
		proves: 'link',
		async send(lease, payloads, context) {
			setMaxListeners(0, context.signal); // Every request of the lease listens; Node takes more than ten for a leak.
			return new LeasePosting(prepare, turns, context).run(lease, payloads);
		},
		async probe(signal, wrote = () => {}) {
			const headers = {...credentials, 'user-agent': 'edged'};
			const context = unpaced(signal, wrote);
			const exchanged = await exchange(connections, {...HEAD, path, headers, context}, limits);
			return exchanged.kind === 'answer' ? {kind: 'well'} : {kind: 'down', message: exchanged.message};
		},
		close: () => connections.close(),
	};
};

const HEAD = {method: 'HEAD', headBytes: 0, bodyBytes: 0, maxAnswerBytes: 0, paced: 0} as const;
