import {once} from 'node:events';
import {EdgedError} from '../outbound/errors.js';
import {parseSegmentId} from '../outbound/names.js';
import {contentDigest} from './content-digest.js';
import type {Exchange} from './exchange.js';
import {FORBIDDEN} from './identity.js';
import {HttpRefusal, type Reply} from './reply.js';

/** `GET /v1/segments/ID`: the payload as it was handed over, checked against its hash. For local callers only. */
export const sendPayload = async ({caller, backend, response}: Exchange, id: string): Promise<Reply> => {
	if (caller.kind !== 'local') {
		throw new HttpRefusal(403, FORBIDDEN, 'Payloads are handed out on the Unix socket only');
	}
	const segmentId = parseSegmentId(id);
	if (response.socket === null) {
		// The answer before it is still going out: of a client that asks and does not read, one payload is in memory at a time.
		await once(response, 'socket');
	}
	const payload = backend.store.payload(segmentId);
	if (payload === undefined) {
		throw new EdgedError('NOT_FOUND', `Segment ${segmentId} is not known here`);
	}
	return {
		status: 200,
		headers: {
			'content-type': payload.contentType ?? 'application/octet-stream',
			'content-digest': contentDigest(payload.sha256),
			'edged-segment-id': segmentId,
		},
		body: payload.bytes,
	};
};
