import {type CloudEventV1, HTTP} from 'cloudevents';
import {rangesOf} from '../../../src/delivery/transports/ranges.js';
import {type ParsedRequest, parseRequest} from '../../../src/storage/request-codec.js';
import {answerOf} from '../scripted-peer.js';
import {openHttpTransport, openTransport} from '../transports.js';
import {networkSubject} from './network-subject.js';
import type {Dialect} from './tls-peer.js';

const REFUSAL = {code: 'UNWANTED', message: 'not that one'};

const parsed = (body: Buffer): ParsedRequest => {
	const request = parseRequest(body, {maxEntries: 65_536});
	if (request.kind === 'fault') {
		throw new Error(request.message);
	}
	return request;
};

const idsOf = (request: ParsedRequest): string[] =>
	Array.from({length: request.entryCount}, (_, index) => request.metadata(index)?.givenId ?? '');

const edgedDialect: Dialect = {
	parse(_, body) {
		const request = parsed(body);
		return request.entryCount === 0
			? undefined
			: idsOf(request).map((id, index) => [id, Buffer.from(request.payload(index))] as const);
	},
	answer({body, ids, response}, {refused, leftOut}) {
		const indexes = ids.map((id, index) => ({id, index}));
		const accepted = indexes.filter(({id}) => !refused.includes(id) && !leftOut.includes(id));
		response.end(
			answerOf(parsed(body), {
				accepted: rangesOf(accepted.map(({index}) => index)),
				rejected: indexes.filter(({id}) => refused.includes(id)).map(({index}) => ({index, ...REFUSAL})),
			}),
		);
	},
};

const webDialect = (
	read: (headers: Record<string, unknown>, body: Buffer) => readonly [string, Buffer],
): Dialect => ({
	parse: ({method, headers}, body) => (method === 'HEAD' ? undefined : [read(headers, body)]),
	answer({ids: [id = ''], response}, {refused}) {
		if (refused.includes(id)) {
			response.writeHead(422, {'content-type': 'application/json'}).end(JSON.stringify({error: REFUSAL}));
		} else {
			response.end();
		}
	},
});

const WEB_EXEMPT = {
	'an answer that leaves something out is believed for nothing':
		'a request carries one segment, and its answer is about that one',
};

export const edgedSubject = networkSubject('edged', edgedDialect, openTransport, {});

export const rawSubject = networkSubject(
	'http raw',
	webDialect((headers, body) => [String(headers['edged-segment-id']), body]),
	openHttpTransport,
	WEB_EXEMPT,
);

export const cloudEventsSubject = networkSubject(
	'http cloudevents',
	webDialect((headers, body) => {
		const {id, data} = HTTP.toEvent({headers, body} as never) as CloudEventV1<Buffer>;
		return [id, data ?? Buffer.alloc(0)];
	}),
	(t, opening) => openHttpTransport(t, {...opening, format: {name: 'cloudevents', source: 'edged://edge-1'}}),
	WEB_EXEMPT,
);
