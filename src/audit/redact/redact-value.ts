import {REDACTED} from '../../outbound/secrets.js';
import {redactText} from './redact-text.js';
import {namesCount, namesSecret} from './secret-names.js';

/** A copy of a JSON value without secrets: by the names of its keys, and in every string. Names and numbers stay. */
export const redactValue = (value: unknown, depth = 0): unknown => {
	if (typeof value === 'string') {
		return redactText(value);
	}
	if (typeof value !== 'object' || value === null) {
		return value;
	}
	if (depth > MAX_DEPTH) {
		return '[too deep]';
	}
	return Array.isArray(value)
		? value.map(item => redactValue(item, depth + 1))
		: redactObject(value as Readonly<Record<string, unknown>>, depth);
};

/** JSON of a log may be nested by whoever wrote it. */
const MAX_DEPTH = 32;

const redactObject = (
	object: Readonly<Record<string, unknown>>,
	depth: number,
): Readonly<Record<string, unknown>> => {
	const {name, key} = object;
	const isPair = [name, key].some(word => typeof word === 'string' && namesSecret(word));
	return Object.fromEntries(
		Object.entries(object).map(([under, value]) => [
			PLAIN_NAME.test(under) ? under : redactText(under),
			namesSecret(under) || (isPair && under === 'value')
				? hidden(under, value)
				: redactValue(value, depth + 1),
		]),
	);
};

/** As keys mostly are: no secret looks like that. */
const PLAIN_NAME = /^[a-z_]{1,40}$/;

const hidden = (name: string, value: unknown): unknown => {
	if (value === null || typeof value === 'boolean' || value === '') {
		return value;
	}
	return typeof value === 'number' && namesCount(name) ? value : REDACTED;
};
