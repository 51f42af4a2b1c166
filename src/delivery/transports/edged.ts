import {unixSocketOf} from '../../config/peer-url.js';
import type {TlsFiles} from '../../config/peers.js';
import type {Clock} from '../../runtime/clock.js';
import {
	type EncodedRequest,
	encodeRequest,
	maxAnswerBytes,
	REQUEST_CONTENT_TYPE,
} from '../../storage/request-codec.js';
import type {Lease, LeasedPayloads, WireOverhead} from '../../storage/store.js';
import type {ProbeOutcome, SendContext, SendOutcome, Transport} from '../transport.js';
import {type Exchanged, type ExchangeLimits, exchange} from './exchange.js';
import {frameLease} from './lease-frame.js';
import {ownDamage} from './own-damage.js';
import {judgeProbe, judgeSend} from './peer-answer.js';
import {type PeerAddress, PeerConnections} from './peer-connections.js';
import {ChunkReader, ChunkSize, PackPool} from './request-body.js';
import {headBytesOf} from './request-head.js';
import {unpaced} from './unpaced.js';
import {untilAborted} from './until-aborted.js';

export type EdgedTransportOptions = {
	/** `https://`, `http://`, or `unix:` and an absolute path. */
	readonly url: string;
	/** For `https://`; read again when they change. */
	readonly tls: TlsFiles | undefined;
	/** What the peer's certificate must name, when it is not the host in the URL. */
	readonly serverName: string | undefined;
	/** For a connection to stand, TLS included. */
	readonly dialTimeoutMs: number;
	/** Without any progress; a slow link may take longer for a whole request. */
	readonly ackTimeoutMs: number;
	readonly clock: Clock;
};

/** To another edged: a lease is one `POST /v1/segments`, acknowledged entry by entry once the peer has it on disk. */
export const createEdgedTransport = (options: EdgedTransportOptions): Transport => {
	const {dialTimeoutMs, clock} = options;
	const connections = new PeerConnections(addressOf(options), dialTimeoutMs, clock);
	const post = poster(connections, options);
	return {
		proves: 'peer',
		overhead: {...OVERHEAD, perLease: OVERHEAD.perLease + options.url.length},
		async send(lease, payloads, context) {
			return context.signal.aborted ? UNSENT : sendLease(lease, payloads, context, post, clock);
		},
		async probe(signal, wrote = () => {}): Promise<ProbeOutcome> {
			const encoded = encodeRequest([]);
			const exchanged = await post(encoded, 0).ask(unpaced(signal, wrote), 0);
			return judgeProbe(exchanged, encoded.digest, clock.now());
		},
		close: () => connections.close(),
	};
};

/** Heads of HTTP and of a request; an entry record, and a store that it may come from. */
const OVERHEAD: WireOverhead = {perLease: 1024, perEntry: 72, perMetadataByte: 1};

const UNSENT: SendOutcome = {kind: 'unsent', bytesSent: 0};

const addressOf = ({url, tls, serverName}: EdgedTransportOptions): PeerAddress => {
	const socketPath = unixSocketOf(url);
	const {origin} = new URL(socketPath === undefined ? url : 'http://localhost');
	return {origin, socketPath, tls, serverName, minTlsVersion: 'TLSv1.3'};
};

/** Of a base URL. */
const segmentsPath = (url: string): string => {
	const base = unixSocketOf(url) === undefined ? new URL(url).pathname.replace(/\/+$/, '') : '';
	return `${base}/v1/segments`;
};

type PreparedPost = {
	/** On the wire, head and body. */
	readonly byteLength: number;
	/** Never throws. `paced`: what the context has allowed already. */
	ask(context: SendContext, paced: number): Promise<Exchanged>;
};
type Post = (encoded: EncodedRequest, entryCount: number) => PreparedPost;

const poster = (connections: PeerConnections, options: EdgedTransportOptions): Post => {
	const limits: ExchangeLimits = {...options, chunkSize: new ChunkSize()};
	const packs = new PackPool();
	const path = segmentsPath(options.url);
	const {host} = new URL(addressOf(options).origin);
	return (encoded, entryCount) => {
		const bodyBytes = encoded.byteLength;
		const headers = {'content-type': REQUEST_CONTENT_TYPE, 'content-length': String(bodyBytes)};
		const headBytes = headBytesOf(path, host, headers);
		const maxBytes = maxAnswerBytes(entryCount);
		const question = {method: 'POST', path, headers, headBytes, bodyBytes, maxAnswerBytes: maxBytes} as const;
		return {
			byteLength: headBytes + bodyBytes,
			async ask(context, paced) {
				const readers: ChunkReader[] = [];
				const body = (): ChunkReader => {
					const reader = new ChunkReader(encoded, packs);
					readers.push(reader);
					return reader;
				};
				const exchanged = await exchange(connections, {...question, body, context, paced}, limits);
				// Whoever has acknowledged a request has read all of it; of one that was sent twice, somebody may still hold a part.
				const isDone = exchanged.kind === 'answer' && exchanged.status === 200 && exchanged.isWritten;
				if (isDone && readers.length === 1) {
					readers[0]?.release();
					encoded.release?.();
				}
				return exchanged;
			},
		};
	};
};

const sendLease = async (
	lease: Lease,
	payloads: LeasedPayloads,
	context: SendContext,
	post: Post,
	clock: Clock,
): Promise<SendOutcome> => {
	const frame = frameLease(lease, payloads);
	const {request: encoded, entryCount, troubles} = frame;
	if (entryCount === 0) {
		return {kind: 'answered', acked: [], troubles, bytesSent: 0};
	}
	const {byteLength, ask} = post(encoded, entryCount);
	const paced = await untilAborted(context.pace(byteLength), context.signal);
	if (paced === undefined) {
		return UNSENT;
	}
	const exchanged = await ask(context, paced);
	// A receiver compares every payload with its SHA-256; here only the CRC-32 is looked at on the way out.
	const damaged =
		exchanged.kind === 'answer' && exchanged.status === BAD_REQUEST ? ownDamage(lease, payloads) : [];
	if (damaged.length > 0) {
		return {
			kind: 'answered',
			acked: [],
			troubles: [...troubles, ...damaged],
			bytesSent: exchanged.bytesSent,
		};
	}
	return judgeSend(exchanged, frame, clock.now());
};

const BAD_REQUEST = 400;
