import type {z} from 'zod';
import type {EdgedErrorCode} from '../../outbound/errors.js';

/**
 * `read`: changes nothing. `produce`: brings in segments, as programs do: nobody is held accountable for it. `change`: an
 * operator's act, also when it is called only to say what it would do.
 */
export type Effect = 'read' | 'produce' | 'change';

/** What is said of one method. */
export type MethodContract = {
	readonly summary: string;
	readonly effect: Effect;
	readonly params: z.ZodType;
	readonly result: z.ZodType;
	/** What it may refuse with, besides `INVALID_ARGUMENT`, which every method knows, and `FORBIDDEN`, which only those do not that read. */
	readonly refusals: readonly EdgedErrorCode[];
};

/** Of every method that writes. */
export const CANNOT_WRITE = [
	'STORAGE_FULL',
	'STORAGE_FAILED',
	'SHUTTING_DOWN',
] as const satisfies readonly EdgedErrorCode[];
