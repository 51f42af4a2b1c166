import type {ExceptionVerdict} from '../../src/storage/store.js';

export const fails = (index: number, retryInMs = 1000, error = 'no room'): ExceptionVerdict => ({
	index,
	error,
	outcome: 'FAILED',
	bytesSent: Number.MAX_SAFE_INTEGER,
	event: 'fail',
	retryInMs,
});
export const buried = (
	index: number,
	event: 'reject' | 'exhaust' | 'missing' | 'corrupt' = 'reject',
	error = 'not wanted',
): ExceptionVerdict => ({
	index,
	error,
	outcome: ({reject: 'REJECTED', exhaust: 'FAILED', missing: 'SEGMENT_MISSING', corrupt: 'CORRUPT'} as const)[
		event
	],
	bytesSent: 0,
	event,
});
