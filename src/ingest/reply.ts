import type {OutgoingHttpHeaders, ServerResponse} from 'node:http';
import {EdgedError} from '../outbound/errors.js';
import {HTTP_STATUS, RETRY_AFTER_SECONDS} from './status-codes.js';

/** A whole answer. */
export type Reply = {
	readonly status: number;
	readonly headers: OutgoingHttpHeaders;
	readonly body: string | Uint8Array;
};

/** A refusal that exists in HTTP only, for which edged has no code of its own. The message is meant for the caller. */
export class HttpRefusal extends Error {
	readonly status: number;
	readonly code: string;
	readonly headers: OutgoingHttpHeaders;

	constructor(status: number, code: string, message: string, headers: OutgoingHttpHeaders = {}) {
		super(message);
		this.name = 'HttpRefusal';
		this.status = status;
		this.code = code;
		this.headers = headers;
	}
}

/** `json` is text already: the answer to a request is built once. */
export const jsonReply = (status: number, json: string, headers: OutgoingHttpHeaders = {}): Reply => ({
	status,
	headers: {'content-type': 'application/json', ...headers},
	body: json,
});

/** The refusal that `error` is, with its code; `undefined` when it is none but a bug, whose words stay in the daemon. */
export const refusalReply = (error: unknown): {readonly code: string; readonly reply: Reply} | undefined => {
	if (error instanceof HttpRefusal) {
		return {code: error.code, reply: errorReply(error.status, error.code, error.message, error.headers)};
	}
	if (!(error instanceof EdgedError)) {
		return undefined;
	}
	const {code, message} = error;
	const seconds = RETRY_AFTER_SECONDS[code];
	return {
		code,
		reply: errorReply(
			HTTP_STATUS[code],
			code,
			message,
			seconds === undefined ? {} : {'retry-after': String(seconds)},
		),
	};
};

export const INTERNAL_ERROR: Reply = jsonReply(
	500,
	'{"error":{"code":"INTERNAL","message":"Internal error"}}',
);

const errorReply = (status: number, code: string, message: string, headers: OutgoingHttpHeaders): Reply =>
	jsonReply(status, JSON.stringify({error: {code, message}}), headers);

/** What the kernel takes at once needs no watching. */
const LARGE_BYTES = 65_536;
/** Whoever fetches nothing of its answer for so long is cut off. */
const UNREAD_MS = 30_000;

/** Writes `reply`; without its body for HEAD. A connection that is gone is nobody's fault. */
export const sendReply = (response: ServerResponse, {status, headers, body}: Reply): void => {
	if (response.headersSent || response.destroyed || response.socket?.writableEnded === true) {
		return;
	}
	const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
	if (length > LARGE_BYTES) {
		response.socket?.setTimeout(UNREAD_MS); // Node takes it back when the answer has gone.
	}
	response.writeHead(status, {...headers, 'content-length': length});
	response.end(response.req.method === 'HEAD' ? undefined : body);
};
