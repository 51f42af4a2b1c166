/** Every refusal that edged words for its caller. `rpc` and `ingest` map each code to the wire; the maps are total. */
export const ERROR_CODES = [
	'INVALID_ARGUMENT',
	'NOT_FOUND',
	'INVALID_STATE',
	'SEGMENT_MISSING',
	'CONFLICT',
	'QUEUE_FULL',
	'STORAGE_FULL',
	'STORAGE_FAILED',
	'TOO_LARGE',
	'UNKNOWN_PEER',
	'DRAINING',
	'SHUTTING_DOWN',
	'BUSY',
	'INVALID_CONFIG',
	'FORBIDDEN',
] as const;
export type EdgedErrorCode = (typeof ERROR_CODES)[number];

/** A refusal meant for the caller: the message may leave the daemon. Anything else that is thrown is a bug. */
export class EdgedError extends Error {
	readonly code: EdgedErrorCode;
	/** Facts for machines, e.g. `{peer_id}`; `undefined` when the code says it all. */
	readonly details: Readonly<Record<string, unknown>> | undefined;

	constructor(
		code: EdgedErrorCode,
		message: string,
		details?: Readonly<Record<string, unknown>>,
		options?: ErrorOptions,
	) {
		super(message, options);
		this.name = 'EdgedError';
		this.code = code;
		this.details = details;
	}
}
