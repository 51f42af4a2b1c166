import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import {identityOf} from '../storage/request-codec.js';
import type {Route, SegmentIdentity} from '../storage/store.js';
import {checkDigest} from './content-digest.js';
import type {Exchange} from './exchange.js';
import {jsonReply, type Reply} from './reply.js';
import {readSegmentHeaders} from './segment-headers.js';

/** `POST /v1/segments` with a body that is one segment: 201 once it is durable, 200 when it was known already. */
export const receiveSegment = async (exchange: Exchange): Promise<Reply> => {
	const {request, backend, counters, options} = exchange;
	const {segmentId, peers, ...metadata} = readSegmentHeaders(request);
	const identity = identityFor(segmentId);
	const route = routeFor(exchange, peers);
	const body = await exchange.readBody(options.maxSegmentBytes);
	try {
		const sha256 = checkDigest(request.headers, body.bytes);
		const enqueued = await backend.store.enqueue(
			[
				{
					...metadata,
					identity,
					payload: body.bytes,
					...(sha256 !== undefined && {sha256}),
					route,
					hops: 0,
				},
			],
			'all',
		);
		const status = enqueued.status(0);
		const note = enqueued.note(0);
		if (status === 'conflict') {
			throw new EdgedError('CONFLICT', note ?? 'The id belongs to a segment with other bytes');
		}
		counters[status]++;
		counters.acceptedBytes += status === 'accepted' ? body.bytes.length : 0;
		return jsonReply(
			status === 'accepted' ? 201 : 200,
			JSON.stringify({segment_id: enqueued.segmentId(0), status, durability: enqueued.durability, note}),
		);
	} finally {
		body.release();
	}
};

const identityFor = (id: SegmentId | undefined): SegmentIdentity => {
	const identity = id === undefined ? MADE : identityOf(id);
	if (identity === undefined) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`${id} has the form of an id that edged makes, but none has made it`,
		);
	}
	return identity;
};

const MADE: SegmentIdentity = {kind: 'made'};

/** The route to `peers`, or the default one. */
export const routeFor = ({backend}: Exchange, peers: readonly PeerId[] | undefined): Route => {
	const route = peers === undefined ? backend.defaultRoute() : backend.store.route(peers);
	if (route === undefined) {
		throw new EdgedError('UNKNOWN_PEER', 'No peer is a default: name some in Edged-Peers');
	}
	return route;
};
