import type {EdgedErrorCode} from '../outbound/errors.js';

/** A new error code does not compile until it has an HTTP status. */
export const HTTP_STATUS = {
	INVALID_ARGUMENT: 400,
	FORBIDDEN: 403,
	NOT_FOUND: 404,
	UNKNOWN_PEER: 404,
	CONFLICT: 409,
	INVALID_STATE: 409,
	SEGMENT_MISSING: 410,
	TOO_LARGE: 413,
	QUEUE_FULL: 429,
	INVALID_CONFIG: 500,
	BUSY: 503,
	DRAINING: 503,
	SHUTTING_DOWN: 503,
	STORAGE_FAILED: 503,
	STORAGE_FULL: 507,
} as const satisfies Record<EdgedErrorCode, number>;

/** When a caller may come back, for the refusals that pass by themselves. */
export const RETRY_AFTER_SECONDS: Readonly<Partial<Record<EdgedErrorCode, number>>> = {
	QUEUE_FULL: 5,
	BUSY: 1,
	DRAINING: 30,
	SHUTTING_DOWN: 5,
	STORAGE_FAILED: 10,
	STORAGE_FULL: 30,
};
