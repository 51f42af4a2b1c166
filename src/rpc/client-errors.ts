import type {JSONRPCError} from 'json-rpc-2.0';
import {EdgedError, type EdgedErrorCode, ERROR_CODES} from '../outbound/errors.js';

/** Nobody answers on the socket: the daemon is down, is another, or may not be spoken to. */
export class DaemonUnreachable extends Error {
	readonly socketPath: string;
	/** `ENOENT`, `ECONNREFUSED`, `EACCES`, ...; `undefined` when a connection that stood was lost. */
	readonly reason: string | undefined;

	constructor(socketPath: string, message: string, cause?: NodeJS.ErrnoException) {
		super(message, {cause});
		this.name = 'DaemonUnreachable';
		this.socketPath = socketPath;
		this.reason = cause?.code;
	}
}

/** The daemon did not answer in time. What was asked may still happen. */
export class CallTimedOut extends Error {
	readonly method: string;

	constructor(method: string, timeoutMs: number) {
		super(`No answer to ${method} within ${timeoutMs / 1000} s`);
		this.name = 'CallTimedOut';
		this.method = method;
	}
}

/** A JSON-RPC error that is no refusal of edged's own: an internal error, a method this daemon does not know. */
export class RpcError extends Error {
	readonly code: number;
	readonly data: unknown;

	constructor({code, message, data}: JSONRPCError) {
		super(message);
		this.name = 'RpcError';
		this.code = code;
		this.data = data;
	}
}

/** What answers has not the form of the contract: it is another program, or an edged of another version. */
export class UnexpectedAnswer extends Error {
	readonly method: string;

	constructor(method: string, why: string) {
		super(`The answer to ${method} is not of the form that this version knows: ${why}`);
		this.name = 'UnexpectedAnswer';
		this.method = method;
	}
}

/** A refusal becomes the error that it was in the daemon, with code and details. */
export const toCallerError = (error: JSONRPCError): EdgedError | RpcError => {
	const {code, ...details} = isObject(error.data) ? error.data : {};
	return isErrorCode(code)
		? new EdgedError(code, error.message, Object.keys(details).length === 0 ? undefined : details)
		: new RpcError(error);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null;

const isErrorCode = (code: unknown): code is EdgedErrorCode =>
	(ERROR_CODES as readonly unknown[]).includes(code);
