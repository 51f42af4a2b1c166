import {withoutUrlCredentials} from '../../outbound/secrets.js';
import type {EpochMs} from '../../outbound/units.js';
import type {LinkTrouble} from '../transport.js';
import type {Exchanged} from './exchange.js';
import {dateOf, parseRetryAfter} from './retry-after.js';

type Answer = Pick<Extract<Exchanged, {kind: 'answer'}>, 'status' | 'headers' | 'text'>;

/** The status with the words of whoever answered, and when to come back if that was said. */
export const refusalOf = ({status, headers, text}: Answer, now: EpochMs): LinkTrouble => {
	const retryAfterMs = parseRetryAfter(headers['retry-after'], dateOf(headers['date']) ?? now);
	const words = wordsOf(text);
	return {
		message: `The peer answered ${status}${words === '' ? '' : `: ${words}`}`,
		...(retryAfterMs !== undefined && {retryAfterMs}),
	};
};

/** An answer of the way, not of the peer: a portal, a proxy, an address that has moved. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400;

const MAX_LOCATION = 200;

/** Where it points to is for the operator; user, password and query of it are not for logs. */
export const redirectOf = ({status, headers}: Answer): LinkTrouble => {
	const {location} = headers;
	const to = typeof location === 'string' ? ` and points to ${shown(location)}` : '';
	return {
		message: `The peer answered ${status}${to}: redirects are not followed, url must be the final address`,
	};
};

const shown = (location: string): string =>
	withoutUrlCredentials(oneLine(location.replace(/[?#].*$/s, '?...'))).slice(0, MAX_LOCATION);

const oneLine = (text: string): string => text.replace(/[\s\p{C}]+/gu, ' ').trim();

const MAX_WORDS = 300;

/**
 * What a human would read of an answer, on one line: `{error: {code, message}}` as edged writes it, `title` and `detail` of RFC
 * 9457, or the usual `{error}` and `{message}`; else the beginning of whatever it is. A peer that repeats our URL tells no secret.
 */
export const wordsOf = (text: string): string =>
	withoutUrlCredentials(oneLine(jsonWords(text) ?? text)).slice(0, MAX_WORDS);

type Words = {readonly [Name in 'code' | 'message' | 'error' | 'title' | 'detail']?: unknown};

const jsonWords = (text: string): string | undefined => {
	try {
		const {error, message, title, detail} = JSON.parse(text) as Words;
		const nested: Words = typeof error === 'object' && error !== null ? error : {};
		const words = [nested.code, nested.message, title, detail, error, message].filter(isText);
		return words.length === 0 ? undefined : words.join(': ');
	} catch {
		return undefined; // No JSON, or `null`.
	}
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
