import {hash} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import {EdgedError} from '../outbound/errors.js';

/**
 * Checks `bytes` against the SHA-256 that the sender gave in `Content-Digest` (RFC 9530, `sha-256=:BASE64:`) or `Digest` (RFC 3230,
 * `SHA-256=BASE64`) and returns it; `undefined` when neither has one. Other algorithms are left alone, as the standards say.
 */
export const checkDigest = (headers: IncomingHttpHeaders, bytes: Buffer): Buffer | undefined => {
	const {'content-digest': current, digest: former} = headers;
	const expected = givenSha256(current, CONTENT_DIGEST) ?? givenSha256(former, DIGEST);
	if (expected === undefined) {
		return undefined;
	}
	const actual = hash('sha256', bytes, 'buffer');
	if (!actual.equals(expected)) {
		throw new EdgedError('INVALID_ARGUMENT', 'The SHA-256 of the body is not the one that the headers give');
	}
	return actual;
};

/** For an answer with a payload: `hex` is its SHA-256. */
export const contentDigest = (hex: string): string =>
	`sha-256=:${Buffer.from(hex, 'hex').toString('base64')}:`;

const CONTENT_DIGEST = /^sha-256=:([A-Za-z0-9+/]+={0,2}):$/i;
const DIGEST = /^sha-256=([A-Za-z0-9+/]+={0,2})$/i;
const SHA256_BYTES = 32;

const givenSha256 = (header: string | string[] | undefined, form: RegExp): Buffer | undefined => {
	for (const member of String(header ?? '').split(',')) {
		const text = member.trim();
		if (!/^sha-256=/i.test(text)) {
			continue;
		}
		const digest = Buffer.from(form.exec(text)?.[1] ?? '', 'base64');
		if (digest.length !== SHA256_BYTES) {
			throw new EdgedError('INVALID_ARGUMENT', 'The digest in the headers is no base64 of a SHA-256');
		}
		return digest;
	}
	return undefined;
};
