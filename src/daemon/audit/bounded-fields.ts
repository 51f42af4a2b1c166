import type {Fields} from '../../outbound/audit-event.js';
import {withoutUrlCredentials} from '../../outbound/secrets.js';

const MOST_CHARS = 2048;
const MOST_ITEMS = 50;
const MOST_IN_ALL = 32 * 1024;

/** `fields` of a size that a line can have, without the secrets of URLs. What was cut says so. */
export const boundedFields = (fields: Fields): Fields => {
	const bounded = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cut(value)]));
	const {length} = JSON.stringify(bounded);
	return length <= MOST_IN_ALL ? bounded : {left_out: `fields of ${length} characters`};
};

const cut = (value: unknown): unknown => {
	if (typeof value === 'string') {
		const text = withoutUrlCredentials(value);
		return text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}... (${text.length} characters)`;
	}
	if (Array.isArray(value)) {
		const rest = value.length - MOST_ITEMS;
		return [...value.slice(0, MOST_ITEMS).map(cut), ...(rest > 0 ? [`and ${rest} more`] : [])];
	}
	if (value instanceof Uint8Array) {
		return `${value.byteLength} bytes`;
	}
	return typeof value === 'object' && value !== null
		? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner)]))
		: value;
};
