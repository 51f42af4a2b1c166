import type {Clock} from '../../runtime/clock.js';
import {encodeRequest} from '../../storage/request-codec.js';
import type {Lease, LeasedPayloads} from '../../storage/store.js';
import type {ProbeOutcome, SendContext, SendOutcome, Transport} from '../transport.js';
import {frameLease} from './lease-frame.js';
import {judgeProbe, judgeSend} from './peer-answer.js';
import {type PeerAddress, PeerConnections} from './peer-connections.js';
import {type PostedRequest, type PostLimits, type PostResult, postRequest} from './post-request.js';
import {ChunkSize, PackPool} from './request-body.js';

export type EdgedTransportOptions = PeerAddress & {
	/** For a connection to stand, TLS included. */
	readonly dialTimeoutMs: number;
	/** Without any progress; a slow link may take longer for a whole request. */
	readonly ackTimeoutMs: number;
	readonly clock: Clock;
};

/** To another edged: a lease is one `POST /v1/segments`, acknowledged entry by entry once the peer has it on disk. */
export const createEdgedTransport = (options: EdgedTransportOptions): Transport => {
	const connections = new PeerConnections(options, options.dialTimeoutMs, options.clock);
	const limits: PostLimits = {...options, chunkSize: new ChunkSize(), packs: new PackPool()};
	const post = (posted: PostedRequest): Promise<PostResult> => postRequest(connections, posted, limits);
	return {
		proves: 'peer',
		async send(lease, payloads, context) {
			return context.signal.aborted ? UNSENT : sendLease(lease, payloads, context, post, options.clock);
		},
		async probe(signal): Promise<ProbeOutcome> {
			const encoded = encodeRequest([]);
			const result = await post({encoded, entryCount: 0, signal, wrote: () => {}});
			return judgeProbe(result, encoded.digest, options.clock.now());
		},
		close: () => connections.close(),
	};
};

const UNSENT: SendOutcome = {kind: 'unsent', bytesSent: 0};

const sendLease = async (
	lease: Lease,
	payloads: LeasedPayloads,
	{signal, pace, wrote}: SendContext,
	post: (posted: PostedRequest) => Promise<PostResult>,
	clock: Clock,
): Promise<SendOutcome> => {
	const frame = frameLease(lease, payloads);
	const {request: encoded, entryCount, troubles} = frame;
	if (entryCount === 0) {
		return {kind: 'answered', acked: [], troubles, bytesSent: 0};
	}
	if ((await firstOf(pace(encoded.byteLength), signal)) === 'aborted') {
		return UNSENT;
	}
	const result = await post({encoded, entryCount, signal, wrote});
	return judgeSend(result, frame, clock.now());
};

/** Waits for `work`, but no longer than `signal` allows. */
const firstOf = (work: Promise<void>, signal: AbortSignal): Promise<'done' | 'aborted'> =>
	new Promise((resolve, reject) => {
		const onAbort = (): void => resolve('aborted');
		signal.addEventListener('abort', onAbort, {once: true});
		if (signal.aborted) {
			onAbort();
		}
		work
			.then(() => resolve(signal.aborted ? 'aborted' : 'done'), reject)
			.finally(() => signal.removeEventListener('abort', onAbort));
	});
