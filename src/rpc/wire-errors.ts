import {createJSONRPCErrorResponse, type JSONRPCErrorResponse, type JSONRPCID} from 'json-rpc-2.0';
import type {EdgedError, EdgedErrorCode} from '../outbound/errors.js';

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
export const INVALID_PARAMS = -32_602;
export const INTERNAL_ERROR = -32_603;
/** A refusal of edged's own: `data.code` says which. */
export const REFUSED = -32_000;

/** A new error code does not compile until it has its number here. */
const WIRE_CODES = {
	INVALID_ARGUMENT: INVALID_PARAMS,
	NOT_FOUND: REFUSED,
	INVALID_STATE: REFUSED,
	SEGMENT_MISSING: REFUSED,
	CONFLICT: REFUSED,
	QUEUE_FULL: REFUSED,
	STORAGE_FULL: REFUSED,
	STORAGE_FAILED: REFUSED,
	TOO_LARGE: REFUSED,
	UNKNOWN_PEER: REFUSED,
	DRAINING: REFUSED,
	SHUTTING_DOWN: REFUSED,
	BUSY: REFUSED,
	INVALID_CONFIG: REFUSED,
	FORBIDDEN: REFUSED,
} as const satisfies Record<EdgedErrorCode, number>;

/** A refusal goes out as it is worded, with its facts. */
export const refusalResponse = (id: JSONRPCID, {code, message, details}: EdgedError): JSONRPCErrorResponse =>
	createJSONRPCErrorResponse(id, WIRE_CODES[code], message, {...details, code});

/** What went wrong stays in the log, under `errorId`: the text of an unforeseen error may hold anything. */
export const internalErrorResponse = (id: JSONRPCID, errorId: string): JSONRPCErrorResponse =>
	createJSONRPCErrorResponse(id, INTERNAL_ERROR, `Internal error ${errorId}: see the daemon's log`, {
		error_id: errorId,
	});

export const invalidRequestResponse = (id: JSONRPCID, why: string): JSONRPCErrorResponse =>
	createJSONRPCErrorResponse(id, INVALID_REQUEST, `Invalid request: ${why}`);

export const parseErrorResponse = (why: string): JSONRPCErrorResponse =>
	createJSONRPCErrorResponse(null, PARSE_ERROR, `Parse error: ${why}`);
