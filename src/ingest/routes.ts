import {EdgedError} from '../outbound/errors.js';
import {REQUEST_CONTENT_TYPE} from '../storage/request-codec.js';
import {receiveRequest} from './batch.js';
import {sendPayload} from './download.js';
import type {Exchange} from './exchange.js';
import {receiveSegment} from './one-segment.js';
import type {IngestState} from './options.js';
import {HttpRefusal, type Reply} from './reply.js';

const SEGMENTS = '/v1/segments';

/** Finds the handler and runs it. Refusals are thrown. */
export const route = (exchange: Exchange): Promise<Reply> => {
	const {method = '', url = '', headers} = exchange.request;
	const [path = ''] = url.split('?', 1);
	if (path === SEGMENTS) {
		allow(method, ['POST']);
		admit(exchange.backend.accepting());
		return mediaType(headers['content-type']) === REQUEST_CONTENT_TYPE
			? receiveRequest(exchange)
			: receiveSegment(exchange);
	}
	if (path.startsWith(`${SEGMENTS}/`)) {
		allow(method, ['GET', 'HEAD']);
		return sendPayload(exchange, decode(path.slice(SEGMENTS.length + 1)));
	}
	throw new EdgedError('NOT_FOUND', `There is nothing at this path: segments are at ${SEGMENTS}`);
};

const allow = (method: string, methods: readonly string[]): void => {
	if (!methods.includes(method)) {
		throw new HttpRefusal(405, 'METHOD_NOT_ALLOWED', `Only ${methods.join(' and ')} here`, {
			allow: methods.join(', '),
		});
	}
};

/** Handing out goes on to the end; taking in does not. */
const admit = (state: IngestState): void => {
	switch (state) {
		case 'running':
		case 'degraded': // The store knows better what it can still take.
			return;
		case 'starting':
			throw new EdgedError('BUSY', 'edged is starting');
		case 'draining':
			throw new EdgedError('DRAINING', 'edged is draining its queue and takes nothing new');
		case 'stopping':
			throw new EdgedError('SHUTTING_DOWN', 'edged is shutting down');
	}
};

/** Without parameters. */
const mediaType = (contentType: string | undefined): string =>
	(contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

const decode = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch (cause) {
		throw new EdgedError('INVALID_ARGUMENT', 'The path is not well percent-encoded', undefined, {cause});
	}
};
