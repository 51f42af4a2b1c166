import type {Labels} from '../../../outbound/record.js';
import type {LeasedEntry} from '../../../storage/store.js';
import {eventHeaders, isEventAlready} from './cloud-event.js';
import {extendedValue, fitsHeader, utf8Header} from './header-value.js';

export type SegmentFormat =
	| {readonly name: 'raw'}
	/** `source` is a URI that names the node. */
	| {readonly name: 'cloudevents'; readonly source: string};

const UNKNOWN_CONTENT = 'application/octet-stream';

/** Headers of the request that carries `entry`: docs/formats.md, An `http` peer. */
export const segmentHeaders = (entry: LeasedEntry, format: SegmentFormat): Record<string, string> => {
	const {segmentId, contentType, sha256, sizeBytes, labels} = entry;
	const isEvent = format.name === 'cloudevents';
	const event = isEvent && !isEventAlready(contentType) ? eventHeaders(entry, format.source) : undefined;
	const type = contentType ?? (isEvent ? undefined : UNKNOWN_CONTENT);
	return {
		'user-agent': 'edged',
		...(type !== undefined && {'content-type': type}),
		'content-length': String(sizeBytes),
		'content-digest': `sha-256=:${Buffer.from(sha256).toString('base64')}:`,
		'edged-segment-id': segmentId,
		// A structured string, as draft-ietf-httpapi-idempotency-key-header has it; ids hold nothing that needs an escape.
		'idempotency-key': `"${segmentId}"`,
		...event?.headers,
		...labelHeaders(event?.rest ?? labels),
	};
};

const labelHeaders = (labels: Labels): Record<string, string> =>
	Object.fromEntries(
		Object.entries(labels).map(([name, value]) =>
			fitsHeader(value)
				? [`edged-label-${name}`, utf8Header(value)]
				: [`edged-label-${name}*`, extendedValue(value)],
		),
	);
