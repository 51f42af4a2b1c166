import type {LaneSnapshot} from '../../delivery/lane-snapshot.js';
import {within} from '../../delivery/lane-snapshot.js';
import type {PeerId} from '../../outbound/names.js';
import {priorityOf} from '../../outbound/priorities.js';
import type {DeliveryRecord, QueueDepth} from '../../outbound/record.js';
import type {EpochMs} from '../../outbound/units.js';
import type {Result} from '../../rpc/contract/methods.js';
import {PAYLOADLESS_REASONS} from '../../storage/release-block.js';
import type {Ahead, QuotaWait} from '../../storage/store.js';
import {atTime, counted, inBrackets, inBytes} from './words.js';

/** What is known of a peer, and of what is ahead of a record. */
export type Facts = {
	readonly peer: PeerId;
	/** `undefined`: the peer is not configured any more. */
	readonly lane: LaneSnapshot | undefined;
	readonly depth: QueueDepth;
	readonly waitingBytes: number;
	/** Of the limiters; 0 = unlimited. */
	readonly bytesPerSecond: number;
	/** Payload bytes of the record asked for. */
	readonly ownBytes: number;
	readonly ahead: Ahead | undefined;
	readonly nextDueAt: EpochMs | undefined;
	readonly successCondition: string;
	readonly maxRetryCount: number;
	/** On the wall. */
	readonly now: EpochMs;
};

type Why = Result<'relay.why'>;
export type Judgement = {
	readonly cause: Why['cause'];
	readonly sentence: string;
	readonly next: {readonly what: NonNullable<Why['next_event']>['what']; readonly at?: EpochMs} | undefined;
	readonly etaSeconds: number | undefined;
};

const OPERATOR = {next: {what: 'operator_acts'}, etaSeconds: undefined} as const;
const NO_MORE = {next: undefined, etaSeconds: undefined} as const;
const ATTEMPT = {next: {what: 'attempt_ends'}, etaSeconds: undefined} as const;

/** The foremost of what stands in the way of a record. Pure. */
export const judgeRecord = (facts: Facts, record: DeliveryRecord): Judgement => {
	const {peer} = facts;
	const id = record.segmentId;
	switch (record.state) {
		case 'acked':
			return {
				cause: 'acked',
				sentence: `${peer} has ${id}: acknowledged ${atTime(record.updatedAt)}`,
				...NO_MORE,
			};
		case 'satisfied':
			return {
				cause: 'satisfied',
				sentence: `enough other peers have ${id} (success_condition ${facts.successCondition}): it is not sent to ${peer}`,
				...NO_MORE,
			};
		case 'deadletter':
			return {
				cause: 'deadletter',
				sentence: `${id} for ${peer} was buried as ${record.reason} ${atTime(record.updatedAt)}${inBrackets(lastError(record))}: ${remedyOf(record)}`,
				...OPERATOR,
			};
		case 'inflight':
			return {cause: 'inflight', sentence: inflightWords(facts, id), ...ATTEMPT};
		case 'scheduled':
		case 'failed':
			return judgeWaiting(facts, record);
	}
};

/** When all that is inflight is kept aside, so is this one, and nothing of it may be on the wire. */
const inflightWords = (facts: Facts, id: string): string => {
	const {lane, peer, depth} = facts;
	const alone = lane?.suspicion.alone ?? 0;
	return alone > 0 && alone === depth.inflight
		? `${id} broke alone${inBrackets(lane?.lastError)} and is tried again, ever more rarely and uncharged, until ${peer} takes it or another segment proves ${peer} well`
		: `${id} is being sent to ${peer} now${aloneWords(facts)}`;
};

const judgeWaiting = (facts: Facts, record: DeliveryRecord): Judgement => {
	const {peer} = facts;
	const id = record.segmentId;
	if (record.held) {
		const sentence = `an operator holds ${id} for ${peer}: it is not sent until it is released`;
		return {cause: 'held', sentence, ...OPERATOR};
	}
	const lane = judgeLane(facts);
	if (lane !== undefined) {
		return {...lane, sentence: `${id} waits: ${lane.sentence}`};
	}
	// A record that is due is `failed` until the lane takes it.
	if (record.state === 'failed' && facts.ahead === undefined) {
		return {
			cause: 'backoff',
			sentence: `the last attempt to send ${id} to ${peer} failed${inBrackets(lastError(record))}: it is tried again ${atTime(record.nextAttemptAt)}, after ${record.chargedFailures} of ${facts.maxRetryCount} failures`,
			next: {what: 'backoff_ends', ...at(record.nextAttemptAt)},
			etaSeconds: undefined,
		};
	}
	if (facts.lane?.searching === true) {
		return {
			cause: 'suspects',
			sentence: `${id} waits: a segment breaks requests to ${peer} and is being searched${aheadWords(facts)}`,
			next: {what: 'turn_comes'},
			etaSeconds: undefined,
		};
	}
	const etaSeconds = etaOf(facts);
	const pace =
		etaSeconds === undefined ? '' : `, which takes about ${Math.ceil(etaSeconds)} s at the present pace`;
	return {
		cause: 'turn',
		sentence: `${id} waits its turn${aheadWords(facts) || `: it is the next for ${peer}`}${pace}`,
		next: {what: 'turn_comes'},
		etaSeconds,
	};
};

/** What keeps a lane from sending anything; `undefined`: nothing does. */
const judgeLane = ({peer, lane, bytesPerSecond}: Facts): Judgement | undefined => {
	if (lane === undefined) {
		const sentence = `${peer} is not configured any more, and nothing is sent to it`;
		return {cause: 'orphaned', sentence, ...OPERATOR};
	}
	switch (lane.link) {
		case 'paused':
			return {cause: 'paused', sentence: `${peer} is paused until it is resumed`, ...OPERATOR};
		case 'closed':
			return {
				cause: 'closed',
				sentence: closedWords(peer, lane.window?.next?.at),
				next: {what: 'window_opens', ...at(lane.window?.next?.at)},
				etaSeconds: undefined,
			};
		case 'throttled':
			return {
				cause: 'throttled',
				sentence: `the rate for ${peer} is ${bytesPerSecond} bytes/s, at which no send begins`,
				...OPERATOR,
			};
		case 'quota':
			return judgeQuota(peer, lane.quotaWait);
		case 'down': {
			const failures = `${counted(lane.consecutiveFailures, 'failure')} in a row`;
			const said = lane.lastError === undefined ? undefined : `the last: ${lane.lastError}`;
			return {
				cause: 'link_down',
				sentence: `the link to ${peer} is down${inBrackets(failures, said)}; it is tried again ${atTime(lane.nextAttemptAt)}`,
				next: {what: 'link_is_tried', ...at(lane.nextAttemptAt)},
				etaSeconds: undefined,
			};
		}
		case 'probing':
			return {cause: 'probing', sentence: `the link to ${peer} is being tried`, ...ATTEMPT};
		case 'unknown':
		case 'up':
			return undefined;
	}
};

const closedWords = (peer: PeerId, opensAt: EpochMs | undefined): string =>
	opensAt === undefined
		? `${peer} is closed, and no window of its opens within two weeks: nothing is sent to it`
		: `${peer} is closed: its next window opens ${atTime(opensAt)}; nothing is sent to it until then`;

const judgeQuota = (peer: PeerId, wait: QuotaWait | undefined): Judgement => {
	if (wait === undefined) {
		return {cause: 'quota', sentence: `the daily quota for ${peer} is spent`, ...ATTEMPT};
	}
	const {limit, classNo, neededBytes, quotaBytes, reservedBytes, usedBytes, returnsAt} = wait;
	const whose = limit === 'peer' ? `daily quota of ${peer}` : 'daily quota of all peers together';
	const share =
		reservedBytes === 0 ? '' : ` for ${priorityOf(classNo)}, with ${inBytes(reservedBytes)} kept for urgent`;
	const state =
		usedBytes >= quotaBytes
			? `is spent: ${inBytes(usedBytes)} of ${inBytes(quotaBytes)}${share}`
			: `has ${inBytes(quotaBytes - usedBytes)} left of ${inBytes(quotaBytes)}${share}, and the next segment takes up to ${inBytes(neededBytes)}`;
	const then =
		returnsAt === undefined
			? 'what is being sent now has to be settled first'
			: `enough for this segment returns ${atTime(returnsAt)}`;
	return {
		cause: 'quota',
		sentence: `the ${whose} ${state}; ${then}`,
		next: {what: returnsAt === undefined ? 'attempt_ends' : 'budget_returns', ...at(returnsAt)},
		etaSeconds: undefined,
	};
};

/** The foremost of what stands in the way of a peer's queue. Pure. */
export const judgePeer = (facts: Facts): Judgement => {
	const {peer, lane, depth} = facts;
	const waiting = depth.scheduled + depth.failed;
	if (waiting + depth.inflight === 0 && lane !== undefined) {
		const mode = lane.paused ? ', and it is paused' : lane.link === 'closed' ? ', and it is closed' : '';
		return {
			cause: 'idle',
			sentence: `nothing waits for ${peer}${mode}`,
			next: {what: 'segment_is_enqueued'},
			etaSeconds: undefined,
		};
	}
	return lane?.paused === true && depth.inflight > 0
		? judgePausing(facts, lane)
		: (judgeLane(facts) ?? judgeQueue(facts, waiting));
};

const judgePausing = ({peer, depth}: Facts, {sending: {bytes, sentBytes}}: LaneSnapshot): Judgement => {
	const verb = depth.inflight === 1 ? 'is' : 'are';
	return {
		cause: 'paused',
		sentence: `${peer} is paused, and ${counted(depth.inflight, 'record')} ${verb} still being sent: ${inBytes(sentBytes)} of ${inBytes(bytes)} have left`,
		...ATTEMPT,
	};
};

const judgeQueue = (facts: Facts, waiting: number): Judgement => {
	const {peer, lane, depth, waitingBytes, nextDueAt} = facts;
	if (lane?.searching === true) {
		return {
			cause: 'suspects',
			sentence: `a segment breaks requests to ${peer} and is being searched among ${lane.suspicion.suspects}; ${counted(waiting, 'record')} wait meanwhile`,
			...ATTEMPT,
		};
	}
	if (depth.inflight > 0) {
		return {
			cause: 'inflight',
			sentence: `${counted(depth.inflight, 'record')} ${depth.inflight === 1 ? 'is' : 'are'} being sent to ${peer} and ${waiting - depth.held} wait${aloneWords(facts)}`,
			next: {what: 'attempt_ends'},
			etaSeconds: lane?.etaSeconds,
		};
	}
	if (depth.held === waiting) {
		const sentence = `all that waits for ${peer}, ${counted(waiting, 'record')}, is held until it is released`;
		return {cause: 'held', sentence, ...OPERATOR};
	}
	if (depth.scheduled === 0) {
		return {
			cause: 'backoff',
			sentence: `${counted(depth.failed, 'record')} for ${peer} failed and wait for another attempt; the next is due ${atTime(nextDueAt)}`,
			next: {what: 'backoff_ends', ...at(nextDueAt)},
			etaSeconds: undefined,
		};
	}
	return {
		cause: 'turn',
		sentence: `${counted(waiting - depth.held, 'record')} (${waitingBytes} bytes) wait for ${peer}, and nothing is in the way`,
		next: {what: 'turn_comes'},
		etaSeconds: lane?.etaSeconds,
	};
};

/** What is dead for want of its payload cannot be sent again. */
const remedyOf = ({reason}: DeliveryRecord): string =>
	reason !== undefined && PAYLOADLESS_REASONS.includes(reason)
		? 'its payload is gone, so it cannot be retried: purge it'
		: 'retry or purge it';

const aloneWords = ({lane, peer}: Facts): string => {
	const alone = lane?.suspicion.alone ?? 0;
	return alone === 0
		? ''
		: `; ${counted(alone, 'segment')} broke alone and ${alone === 1 ? 'is' : 'are'} kept aside until another proves ${peer} well`;
};

const aheadWords = ({peer, ahead}: Facts): string => {
	if (ahead === undefined || (ahead.records === 0 && !ahead.isAtLeast)) {
		return '';
	}
	const {records, bytes, isAtLeast, isBytesEstimated} = ahead;
	const amount = `${isBytesEstimated ? 'about ' : ''}${bytes} bytes`;
	const verb = records === 1 ? 'goes' : 'go';
	return `: ${isAtLeast ? 'at least ' : ''}${counted(records, 'record')} (${amount}) ${verb} to ${peer} before it`;
};

/** Slower than this nothing moves, and no end can be foretold. */
const STANDSTILL = 1;

/** By what was acknowledged of late. */
const etaOf = ({ahead, lane, ownBytes, now}: Facts): number | undefined => {
	const pace = lane?.bytesPerSecondNow ?? 0;
	return ahead === undefined || ahead.isAtLeast || lane === undefined || pace < STANDSTILL
		? undefined
		: within(lane.window, now, (lane.inflightBytes + ahead.bytes + ownBytes) / pace);
};

const lastError = ({attempts}: DeliveryRecord): string | undefined => attempts.at(-1)?.error;

const at = (time: EpochMs | undefined): {readonly at?: EpochMs} => (time === undefined ? {} : {at: time});
