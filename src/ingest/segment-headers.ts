import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import {EdgedError} from '../outbound/errors.js';
import {type PeerId, parsePeerId, parseSegmentId, type SegmentId} from '../outbound/names.js';
import {type ClassNo, classOf, DEFAULT_PRIORITY, PRIORITIES, type Priority} from '../outbound/priorities.js';
import type {Labels} from '../outbound/record.js';

/** What the headers of one segment say about it. Absent fields were not given. */
export type SegmentHeaders = {
	readonly segmentId?: SegmentId;
	readonly peers?: readonly PeerId[];
	readonly classNo: ClassNo;
	readonly expiresInMs?: number;
	readonly contentType?: string;
	readonly labels: Labels;
};

/**
 * Reads `Edged-Segment-Id`, `Edged-Peers`, `Edged-Priority`, `Edged-Expires-In`, `Content-Type` and `Edged-Label-NAME`. HTTP does
 * not tell upper from lower case in `NAME`: such labels have lower-case names. Their values are UTF-8. Throws `INVALID_ARGUMENT`.
 */
export const readSegmentHeaders = ({headers, rawHeaders}: IncomingMessage): SegmentHeaders => {
	const id = single(headers, 'edged-segment-id');
	const peers = readPeers(headers);
	const expiresIn = single(headers, 'edged-expires-in');
	const contentType = headers['content-type'];
	return {
		...(id !== undefined && {segmentId: parseSegmentId(id)}),
		...(peers !== undefined && {peers}),
		classNo: classOf(readPriority(single(headers, 'edged-priority'))),
		...(expiresIn !== undefined && {expiresInMs: readLifetimeMs(expiresIn)}),
		...(contentType !== undefined && {contentType}),
		labels: readLabels(rawHeaders),
	};
};

/** The comma list in `Edged-Peers`, which requests may have as well. */
export const readPeers = (headers: IncomingHttpHeaders): readonly PeerId[] | undefined => {
	const list = headers['edged-peers'];
	return list === undefined
		? undefined
		: String(list)
				.split(',')
				.map(name => parsePeerId(name.trim()));
};

const single = (headers: IncomingHttpHeaders, name: string): string | undefined => {
	const value = headers[name];
	return value === undefined ? undefined : String(value).trim();
};

const readPriority = (text: string | undefined): Priority => {
	const priority = text === undefined ? DEFAULT_PRIORITY : PRIORITIES.find(known => known === text);
	if (priority === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', `Edged-Priority must be one of ${PRIORITIES.join(', ')}`);
	}
	return priority;
};

const SECONDS = /^\d{1,12}(?:\.\d{1,9})?$/;
/** A hundred years, as on the control socket: a time beyond the year 9999 has no form in RFC 3339. */
const MAX_LIFETIME_MS = 100 * 365.25 * 86_400_000;

const readLifetimeMs = (text: string): number => {
	const ms = SECONDS.test(text) ? Math.round(Number(text) * 1000) : 0;
	if (ms <= 0 || ms > MAX_LIFETIME_MS) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`Edged-Expires-In must be a number of seconds above 0 and at most ${MAX_LIFETIME_MS / 1000}`,
		);
	}
	return ms;
};

const LABEL_PREFIX = 'edged-label-';

/** From the raw headers: Node joins repeated ones with commas, which would make one value of two. */
const readLabels = (rawHeaders: readonly string[]): Labels => {
	const labels = new Map<string, string>();
	for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
		const header = (rawHeaders[at] ?? '').toLowerCase();
		if (!header.startsWith(LABEL_PREFIX)) {
			continue;
		}
		const name = header.slice(LABEL_PREFIX.length);
		if (labels.has(name)) {
			throw new EdgedError('INVALID_ARGUMENT', `The label ${name} is given twice`);
		}
		labels.set(name, decodeText(name, rawHeaders[at + 1] ?? ''));
	}
	return Object.fromEntries(labels);
};

const utf8 = new TextDecoder('utf-8', {fatal: true});

/** Node gives header bytes as Latin-1. */
const decodeText = (name: string, value: string): string => {
	try {
		return utf8.decode(Buffer.from(value, 'latin1'));
	} catch (cause) {
		throw new EdgedError('INVALID_ARGUMENT', `The label ${name} is not UTF-8`, undefined, {cause});
	}
};
