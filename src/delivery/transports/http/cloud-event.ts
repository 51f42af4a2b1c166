import type {Labels} from '../../../outbound/record.js';
import {formatTime} from '../../../runtime/clock.js';
import type {LeasedEntry} from '../../../storage/store.js';
import {percentEncoded} from './header-value.js';

export type EventHeaders = {
	readonly headers: Readonly<Record<string, string>>;
	/** Labels that no attribute can carry. */
	readonly rest: Labels;
};

/** Without a label `type` that says more. */
const DEFAULT_TYPE = 'edged.segment';
/** Labels that are attributes of the event, and no extensions. */
const LABEL_ATTRIBUTES: ReadonlySet<string> = new Set(['type', 'subject']);
/** What edged sets itself, and what the core specification and its JSON format have taken. */
const TAKEN: ReadonlySet<string> = new Set([
	...['specversion', 'id', 'source', 'time', 'datacontenttype', 'dataschema', 'data', 'database64'],
	'datacontentencoding',
]);
/** "SHOULD NOT exceed 20 characters" (CloudEvents 1.0.2, Naming Conventions). */
const MAX_NAME = 20;

/**
 * Attributes of the event that `entry` is, in binary mode: CloudEvents 1.0.2, HTTP protocol binding section 3.1. A label becomes
 * the extension of its name in lower case without what is no letter or digit; of several that would be one name, the first.
 */
export const eventHeaders = (entry: LeasedEntry, source: string): EventHeaders => {
	const attributes = new Map<string, string>();
	const rest: Record<string, string> = {};
	for (const [label, value] of Object.entries(entry.labels).sort(byName)) {
		const name = label.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
		if (isAttribute(name, label, value) && !attributes.has(name)) {
			attributes.set(name, value);
		} else {
			rest[label] = value;
		}
	}
	const headers: Record<string, string> = {
		'ce-specversion': '1.0',
		'ce-id': entry.segmentId,
		'ce-source': source,
		'ce-type': DEFAULT_TYPE,
		'ce-time': formatTime(entry.enqueuedAt),
	};
	for (const [name, value] of attributes) {
		headers[`ce-${name}`] = percentEncoded(value);
	}
	return {headers, rest};
};

/** A URI for the node, as RFC 3986 takes it: a node's name may hold a colon, a host may not. */
export const sourceOf = (nodeId: string): string => `edged://${nodeId.replaceAll(':', '%3A')}`;

/** Binary mode is told from structured by the content type alone: such a segment is an event already. */
export const isEventAlready = (contentType: string | undefined): boolean =>
	contentType?.trimStart().toLowerCase().startsWith('application/cloudevents') ?? false;

/** Strings of an event are not empty and hold no control characters, surrogates or noncharacters (CloudEvents 1.0.2, Type System). */
const isAttribute = (name: string, label: string, value: string): boolean =>
	name.length > 0 &&
	name.length <= MAX_NAME &&
	!TAKEN.has(name) &&
	(name === label.toLowerCase() || !LABEL_ATTRIBUTES.has(name)) &&
	/^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+$/u.test(value);

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
	a < b ? -1 : Number(a > b);
