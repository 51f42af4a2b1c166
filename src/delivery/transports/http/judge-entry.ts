import type {EpochMs} from '../../../outbound/units.js';
import type {LinkTrouble} from '../../transport.js';
import type {Exchanged} from '../exchange.js';
import {isLaneStatus} from '../lane-status.js';
import {isRedirect, redirectOf, refusalOf} from '../peer-words.js';

/** What became of one segment, by what the endpoint answered or failed to. */
export type EntryFate =
	| {readonly kind: 'acked'}
	| {readonly kind: 'rejected'; readonly message: string}
	| {
			readonly kind: 'broken';
			readonly cause: 'reset' | 'timeout' | 'server_error';
			readonly message: string;
	  }
	/** Nothing of it says anything about the segment. */
	| {readonly kind: 'lane'; readonly trouble: LinkTrouble}
	/** The lane itself ended the send. */
	| {readonly kind: 'ended'; readonly hadBegun: boolean};

export const judgeEntry = (exchanged: Exchanged, now: EpochMs): EntryFate => {
	if (exchanged.kind === 'answer') {
		return judgeAnswer(exchanged, now);
	}
	const {cause, message, hadBegun, isTlsTrouble} = exchanged;
	if (cause === 'signal') {
		return {kind: 'ended', hadBegun};
	}
	// In TLS 1.3 a client may write before the peer has looked at its certificate: the refusal comes as an alert after that.
	return !hadBegun || isTlsTrouble
		? {kind: 'lane', trouble: {message}}
		: {kind: 'broken', cause: cause === 'timeout' ? 'timeout' : 'reset', message};
};

type Answer = Extract<Exchanged, {kind: 'answer'}>;

const judgeAnswer = (answer: Answer, now: EpochMs): EntryFate => {
	const {status, isAfterBody} = answer;
	if (status >= 200 && status < 300) {
		return isAfterBody
			? {kind: 'acked'}
			: {
					kind: 'broken',
					cause: 'reset',
					message: `The peer answered ${status} before it could have had the whole segment`,
				};
	}
	if (isRedirect(status)) {
		return {kind: 'lane', trouble: redirectOf(answer)};
	}
	const refusal = refusalOf(answer, now);
	// A peer that names a time speaks of itself; one that only fails may fail because of this segment.
	if (isLaneStatus(status) || (status === 503 && refusal.retryAfterMs !== undefined)) {
		return {kind: 'lane', trouble: refusal};
	}
	return status >= 400 && status < 500
		? {kind: 'rejected', message: refusal.message}
		: {kind: 'broken', cause: 'server_error', message: refusal.message};
};
