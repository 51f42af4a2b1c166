import type {EpochMs} from '../../outbound/units.js';
import {parseAnswer, type Refusal} from '../../storage/request-codec.js';
import type {EntryTrouble, ProbeOutcome, SendOutcome} from '../transport.js';
import type {Exchanged} from './exchange.js';
import type {Failure} from './exchange-failure.js';
import {isLaneStatus} from './lane-status.js';
import {type LeaseFrame, toLeaseRanges} from './lease-frame.js';
import {isRedirect, redirectOf, refusalOf} from './peer-words.js';

/** What became of a lease, by what the peer answered or failed to. An answer that does not cover it exactly is not believed. */
export const judgeSend = (exchanged: Exchanged, frame: LeaseFrame, now: EpochMs): SendOutcome => {
	const {bytesSent} = exchanged;
	if (exchanged.kind === 'failed') {
		return judgeFailure(exchanged, bytesSent);
	}
	const {status, end} = exchanged;
	if (status >= 500 || isLaneStatus(status)) {
		return {kind: 'link_down', ...refusalOf(exchanged, now), bytesSent};
	}
	if (isRedirect(status)) {
		return {kind: 'link_down', ...redirectOf(exchanged), bytesSent};
	}
	if (typeof end !== 'string') {
		return judgeFailure(end, bytesSent);
	}
	if (status !== 200) {
		return {kind: 'broken', cause: 'reset', message: refusalOf(exchanged, now).message, bytesSent};
	}
	const answer = exchanged.isAfterBody
		? parseAnswer(wholeText(exchanged), frame.entryCount, frame.request.digest)
		: TOO_EARLY;
	if (answer.kind === 'fault') {
		return {kind: 'broken', cause: 'reset', message: notBelieved(answer.message), bytesSent};
	}
	const {leaseIndexes} = frame;
	const passing = answer.rejected.find(({code}) => PASSING.has(code));
	const refused = answer.rejected.filter(({code}) => !PASSING.has(code));
	return {
		kind: 'answered',
		// Known already is as good as new: the peer has it on disk.
		acked: toLeaseRanges([...answer.accepted, ...answer.duplicate], leaseIndexes),
		troubles: [...frame.troubles, ...refused.map(refusal => troubleOf(refusal, leaseIndexes))],
		bytesSent,
		...(passing && {endedBy: {message: `The peer takes no more: ${wordsOf(passing)}`}}),
	};
};

/** A peer is well when it answers the empty request as an edged does. */
export const judgeProbe = (exchanged: Exchanged, digest: string, now: EpochMs): ProbeOutcome => {
	if (exchanged.kind === 'failed') {
		return {kind: 'down', message: exchanged.message};
	}
	if (exchanged.status !== 200) {
		return {kind: 'down', ...refusalOf(exchanged, now)};
	}
	if (typeof exchanged.end !== 'string') {
		return {kind: 'down', message: exchanged.end.message};
	}
	const answer = parseAnswer(wholeText(exchanged), 0, digest);
	return answer.kind === 'fault' ? {kind: 'down', message: notBelieved(answer.message)} : {kind: 'well'};
};

/** Empty for one that is longer than an answer can be: its beginning must not pass for an answer. */
const wholeText = ({text, end}: Extract<Exchanged, {kind: 'answer'}>): string =>
	end === 'whole' ? text : '';

const judgeFailure = ({cause, message, hadBegun, isTlsTrouble}: Failure, bytesSent: number): SendOutcome => {
	if (cause === 'signal' && !hadBegun) {
		return {kind: 'unsent', bytesSent};
	}
	// In TLS 1.3 a client may write before the peer has looked at its certificate: the refusal comes as an alert after that.
	if (!hadBegun || isTlsTrouble) {
		return {kind: 'link_down', message, bytesSent};
	}
	return {kind: 'broken', cause: cause === 'timeout' ? 'timeout' : 'reset', message, bytesSent};
};

/** Codes of a receiver that has a trouble of its own, and may take the same segment later: no fault of the segment's. */
const PASSING: ReadonlySet<string> = new Set([
	'BUSY',
	'QUEUE_FULL',
	'STORAGE_FULL',
	'STORAGE_FAILED',
	'DRAINING',
	'SHUTTING_DOWN',
]);

const troubleOf = (refusal: Refusal, leaseIndexes: readonly number[] | undefined): EntryTrouble => ({
	index: leaseIndexes?.[refusal.index] ?? refusal.index,
	kind: 'rejected',
	message: wordsOf(refusal),
});

const wordsOf = ({code, message}: Refusal): string => `${code}: ${message}`;

const TOO_EARLY = {kind: 'fault', message: 'it came before it could have had the whole request'} as const;

const notBelieved = (why: string): string => `The peer's answer is not believed: ${why}`;
