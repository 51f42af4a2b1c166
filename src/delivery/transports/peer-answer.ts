import type {EpochMs} from '../../outbound/units.js';
import {parseAnswer, type Refusal} from '../../storage/request-codec.js';
import type {EntryTrouble, ProbeOutcome, SendOutcome} from '../transport.js';
import {type LeaseFrame, toLeaseRanges} from './lease-frame.js';
import type {PostResult} from './post-request.js';
import {parseRetryAfter} from './retry-after.js';

/** What became of a lease, by what the peer answered or failed to. An answer that does not cover it exactly is not believed. */
export const judgeSend = (result: PostResult, frame: LeaseFrame, now: EpochMs): SendOutcome => {
	const {bytesSent} = result;
	if (result.kind === 'failed') {
		return judgeFailure(result);
	}
	if (isLaneTrouble(result.status)) {
		return {kind: 'link_down', ...refusalOf(result, now), bytesSent};
	}
	if (result.status !== 200) {
		return {kind: 'broken', cause: 'reset', message: refusalOf(result, now).message, bytesSent};
	}
	const answer = parseAnswer(result.text, frame.entryCount, frame.request.digest);
	if (answer.kind === 'fault') {
		return {kind: 'broken', cause: 'reset', message: notBelieved(answer.message), bytesSent};
	}
	const {leaseIndexes} = frame;
	return {
		kind: 'answered',
		// Known already is as good as new: the peer has it on disk.
		acked: toLeaseRanges([...answer.accepted, ...answer.duplicate], leaseIndexes),
		troubles: [...frame.troubles, ...answer.rejected.map(refusal => troubleOf(refusal, leaseIndexes))],
		bytesSent,
	};
};

/** A peer is well when it answers the empty request as an edged does. */
export const judgeProbe = (result: PostResult, digest: string, now: EpochMs): ProbeOutcome => {
	if (result.kind === 'failed') {
		return {kind: 'down', message: failureWords(result)};
	}
	if (result.status !== 200) {
		return {kind: 'down', ...refusalOf(result, now)};
	}
	const answer = parseAnswer(result.text, 0, digest);
	return answer.kind === 'fault' ? {kind: 'down', message: notBelieved(answer.message)} : {kind: 'well'};
};

type Failed = Extract<PostResult, {kind: 'failed'}>;
type Response = Extract<PostResult, {kind: 'response'}>;

const judgeFailure = (failed: Failed): SendOutcome => {
	const {cause, error, hadBegun, bytesSent} = failed;
	const message = failureWords(failed);
	if (cause === 'signal' && !hadBegun) {
		return {kind: 'unsent', bytesSent};
	}
	// In TLS 1.3 a client may write before the peer has looked at its certificate: the refusal comes as an alert after that.
	if (!hadBegun || isTlsTrouble(error)) {
		return {kind: 'link_down', message, bytesSent};
	}
	return {kind: 'broken', cause: cause === 'timeout' ? 'timeout' : 'reset', message, bytesSent};
};

/** Answers that say nothing about any one segment: the peer is overloaded, elsewhere, or does not know us. */
const isLaneTrouble = (status: number): boolean => status >= 500 || LANE_STATUSES.has(status);
const LANE_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 407, 408, 425, 429]);

/** Codes of a receiver that may take the same segment later. */
const PASSING: ReadonlySet<string> = new Set([
	'BUSY',
	'QUEUE_FULL',
	'STORAGE_FULL',
	'STORAGE_FAILED',
	'DRAINING',
	'SHUTTING_DOWN',
]);

const troubleOf = (
	{index, code, message}: Refusal,
	leaseIndexes: readonly number[] | undefined,
): EntryTrouble => ({
	index: leaseIndexes?.[index] ?? index,
	kind: PASSING.has(code) ? 'failed' : 'rejected',
	message: `${code}: ${message}`,
});

const notBelieved = (why: string): string => `The peer's answer is not believed: ${why}`;

type WordsAndDelay = {readonly message: string; readonly retryAfterMs?: number};

const refusalOf = ({status, headers, text}: Response, now: EpochMs): WordsAndDelay => {
	const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
	const words = errorWords(text);
	return {
		message: `The peer answered ${status}${words === '' ? '' : `: ${words}`}`,
		...(retryAfterMs !== undefined && {retryAfterMs}),
	};
};

const MAX_WORDS = 300;

/** `{error: {code, message}}` as edged writes it, else the beginning of whatever somebody on the way has written. */
const errorWords = (text: string): string => {
	try {
		const {error} = JSON.parse(text) as {error: {code: unknown; message: unknown}};
		return `${String(error.code)}: ${String(error.message)}`.slice(0, MAX_WORDS);
	} catch {
		return text.replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS);
	}
};

const failureWords = ({cause, error, hadBegun}: Failed): string => {
	switch (cause) {
		case 'timeout':
			return hadBegun ? 'The peer was silent for too long' : 'No connection was made in time';
		case 'signal':
			return 'The send was ended';
		case 'error':
			return errorText(error);
	}
};

const errorText = (error: unknown): string => {
	if (error instanceof AggregateError && error.errors.length > 0) {
		return error.errors.map(errorText).join('; '); // Each address that was tried.
	}
	const {message = '', code = ''} = error as NodeJS.ErrnoException;
	return (message.includes(code) ? message : `${message} (${code})`).slice(0, MAX_WORDS);
};

const isTlsTrouble = (error: unknown): boolean => {
	const code = String((error as NodeJS.ErrnoException | undefined)?.code);
	return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.includes('CERT');
};
