import type {ExceptionVerdict, IndexRange, Lease, LeasedEntry, Settlement} from '../storage/store.js';
import {type RetryPolicy, retryDelayMs} from './retry-policy.js';
import type {Break} from './suspects.js';
import type {EntryTrouble, LinkTrouble, ProbeOutcome, SendOutcome} from './transport.js';

/** What was found out about the peer after something broke. */
export type Proof =
	| ProbeOutcome
	/** Others break too, or nobody can be asked but the peer, whose word is not believed. */
	| {readonly kind: 'unproven'; readonly message: string}
	/** Not known; the lease has waited for it. It is sent again. */
	| {readonly kind: 'unclear'};

/** What the lane knows that the outcome alone does not say. */
export type Knowledge = {
	/** `undefined` when nothing was asked. */
	readonly proof: Proof | undefined;
	/** The lease was one entry that has broken before, sent alone on purpose. */
	readonly isolated: boolean;
	/** The lane itself ended the send. */
	readonly aborted: boolean;
};

/** So many entries of the lease may have broken it. */
export type Broke = Pick<Break, 'entries' | 'requests'>;

/** What the outcome says about the lane; what it says about the entries is the settlement. */
export type LaneVerdict =
	| {readonly kind: 'well'}
	/** Back off. */
	| {
			readonly kind: 'down';
			readonly message: string;
			readonly retryAfterMs?: number;
			/** The peer went down with these. */
			readonly broke?: Broke;
			/** It was one entry alone, and is kept aside for a while: others shall not meet its fate. */
			readonly aside?: true;
	  }
	/** The peer is well, yet something broke: one of these entries may be why. */
	| {readonly kind: 'suspects'; readonly message: string; readonly broke: Broke}
	/** The entry was alone, the peer is well, and it broke again: it was charged. */
	| {readonly kind: 'lone_break'; readonly message: string}
	/** Nothing was learned. */
	| {readonly kind: 'none'};

export type Judgement = {readonly settlement: Settlement; readonly verdict: LaneVerdict};

const WELL: LaneVerdict = {kind: 'well'};
const NONE: LaneVerdict = {kind: 'none'};
/** Entries that a settlement does not name are released: no attempt is counted. */
const RELEASE_ALL: Settlement = {acked: [], exceptions: []};
const ACK_ALL: Settlement = {acked: 'all', exceptions: []};

/** Decides what becomes of the entries of `lease` and of the lane. Pure; the only place that charges or buries a delivery. */
export const judge = (
	lease: Lease,
	outcome: SendOutcome,
	policy: RetryPolicy,
	known: Knowledge,
): Judgement => {
	switch (outcome.kind) {
		case 'answered':
			return judgeAnswer(lease, outcome, policy, known);
		case 'link_down':
			return {settlement: outage(lease, outcome, 'FAILED', policy), verdict: down(outcome)};
		case 'broken':
			return judgeBreak(lease, outcome, policy, known);
		case 'unsent':
			return {
				settlement: RELEASE_ALL,
				// A transport that gives up unasked would be asked again at once, for ever.
				verdict: known.aborted ? NONE : {kind: 'down', message: 'The send ended before anything was sent'},
			};
	}
};

type Answered = Extract<SendOutcome, {kind: 'answered'}>;
type Broken = Extract<SendOutcome, {kind: 'broken'}>;
type OwnBreak = Extract<EntryTrouble, {kind: 'broken'}>;

/** Something was answered by the peer itself; what was damaged or gone here was never sent and says nothing of it. */
export const hasAnswers = (outcome: SendOutcome): boolean =>
	outcome.kind === 'answered' &&
	(outcome.acked.length > 0 || outcome.troubles.some(({kind}) => kind === 'rejected' || kind === 'failed'));

const judgeAnswer = (lease: Lease, outcome: Answered, policy: RetryPolicy, known: Knowledge): Judgement => {
	const {acked, troubles, endedBy} = outcome;
	if (endedBy === undefined && troubles.length === 0) {
		if (coversAll(acked, lease.entryCount)) {
			return {settlement: ACK_ALL, verdict: WELL};
		}
		if (acked.length === 0) {
			const message = `The peer answered for none of the ${lease.entryCount} segments sent`;
			return {settlement: RELEASE_ALL, verdict: {kind: 'down', message}};
		}
	}
	const counts = policy.outagePolicy === 'count';
	const isCharged = counts || (known.isolated && known.proof?.kind === 'well');
	const exceptions = troubles.flatMap(trouble =>
		trouble.kind === 'unneeded' || (trouble.kind === 'broken' && !isCharged)
			? []
			: [judgeTrouble(lease, trouble, policy)],
	);
	const unanswered = counts && endedBy !== undefined ? chargeUnnamed(lease, outcome, endedBy, policy) : [];
	return {
		settlement: {acked, exceptions: [...exceptions, ...unanswered]},
		verdict: verdictOnAnswer(outcome, isCharged, known),
	};
};

const verdictOnAnswer = (outcome: Answered, isCharged: boolean, known: Knowledge): LaneVerdict => {
	const breaks = outcome.troubles.filter((trouble): trouble is OwnBreak => trouble.kind === 'broken');
	const [first] = breaks;
	const broke: Broke = {entries: breaks.length, requests: 'own'};
	if (outcome.endedBy !== undefined) {
		return down(outcome.endedBy, breaks.length === 0 || isCharged ? {} : {broke});
	}
	if (first === undefined) {
		return hasAnswers(outcome) ? WELL : NONE;
	}
	if (isCharged) {
		// Under `count` nobody was asked: the next request is the question.
		return known.proof?.kind === 'well'
			? {kind: 'lone_break', message: first.message}
			: hasAnswers(outcome)
				? WELL
				: {kind: 'down', message: first.message};
	}
	return verdictOnBreak(first.message, broke, known);
};

/** Of what broke and is charged to nobody. */
const verdictOnBreak = (message: string, broke: Broke, {proof, isolated}: Knowledge): LaneVerdict => {
	switch (proof?.kind) {
		case undefined:
		case 'well':
			return {kind: 'suspects', message, broke};
		case 'down':
			return down(proof, {broke, ...(isolated && {aside: true})});
		case 'unproven':
			return {kind: 'down', message: proof.message};
		case 'unclear':
			return NONE;
	}
};

const judgeTrouble = (
	lease: Lease,
	trouble: Exclude<EntryTrouble, {kind: 'unneeded'}>,
	policy: RetryPolicy,
): ExceptionVerdict => {
	const entry = lease.entry(trouble.index);
	const about = {index: trouble.index, error: trouble.message};
	switch (trouble.kind) {
		case 'rejected':
			return {...about, event: 'reject', outcome: 'REJECTED', bytesSent: entry.sizeBytes};
		case 'failed':
		case 'broken': {
			const outcome = trouble.kind === 'broken' && trouble.cause === 'timeout' ? 'TIMEOUT' : 'FAILED';
			return charge(lease, entry, {error: trouble.message, outcome, bytesSent: entry.sizeBytes}, policy);
		}
		case 'missing':
			return {...about, event: 'missing', outcome: 'SEGMENT_MISSING', bytesSent: 0};
		case 'corrupt':
			return {...about, event: 'corrupt', outcome: 'CORRUPT', bytesSent: 0};
	}
};

const judgeBreak = (lease: Lease, broken: Broken, policy: RetryPolicy, known: Knowledge): Judgement => {
	const {message} = broken;
	if (known.aborted) {
		return {settlement: RELEASE_ALL, verdict: NONE};
	}
	const {proof, isolated} = known;
	const outcome = broken.cause === 'timeout' ? 'TIMEOUT' : 'FAILED';
	if (proof?.kind === 'well' && isolated) {
		return {settlement: chargeAll(lease, broken, outcome, policy), verdict: {kind: 'lone_break', message}};
	}
	if (proof?.kind !== 'well' && policy.outagePolicy === 'count') {
		const verdict = proof?.kind === 'down' ? down(proof) : down({message});
		return {settlement: chargeAll(lease, broken, outcome, policy), verdict};
	}
	const broke: Broke = {entries: lease.entryCount, requests: 'shared'};
	return {settlement: RELEASE_ALL, verdict: verdictOnBreak(message, broke, known)};
};

/** `hold`: an outage charges nobody. `count`: it is charged to every segment it met. */
const outage = (
	lease: Lease,
	trouble: Trouble,
	outcome: 'FAILED' | 'TIMEOUT',
	policy: RetryPolicy,
): Settlement => (policy.outagePolicy === 'count' ? chargeAll(lease, trouble, outcome, policy) : RELEASE_ALL);

type Trouble = {readonly message: string; readonly bytesSent: number};

const chargeAll = (
	lease: Lease,
	{message, bytesSent}: Trouble,
	outcome: 'FAILED' | 'TIMEOUT',
	policy: RetryPolicy,
): Settlement => ({
	acked: [],
	exceptions: Array.from({length: lease.entryCount}, (_, index) => {
		const entry = lease.entry(index);
		// How far a request of many had come is not known per entry; alone, it is.
		const sent = lease.entryCount === 1 ? Math.min(bytesSent, entry.sizeBytes) : 0;
		return charge(lease, entry, {error: message, outcome, bytesSent: sent}, policy);
	}),
});

/** Those that the peer did not answer for, because it ended the send. */
const chargeUnnamed = (
	lease: Lease,
	{acked, troubles}: Answered,
	{message}: LinkTrouble,
	policy: RetryPolicy,
): readonly ExceptionVerdict[] => {
	const named = new Set(troubles.map(({index}) => index));
	const isAcked = (index: number): boolean => acked.some(([first, last]) => first <= index && index <= last);
	return Array.from({length: lease.entryCount}, (_, index) => index)
		.filter(index => !named.has(index) && !isAcked(index))
		.map(index =>
			charge(lease, lease.entry(index), {error: message, outcome: 'FAILED', bytesSent: 0}, policy),
		);
};

type Failure = Pick<ExceptionVerdict, 'error' | 'outcome' | 'bytesSent'>;

const charge = (
	lease: Lease,
	entry: LeasedEntry,
	failure: Failure,
	policy: RetryPolicy,
): ExceptionVerdict => {
	const failures = entry.chargedFailures + 1;
	return failures >= policy.maxRetryCount
		? {index: entry.index, ...failure, event: 'exhaust'}
		: {
				...failure,
				index: entry.index,
				event: 'fail',
				retryInMs: retryDelayMs(policy, lease.leaseNo, failures),
			};
};

type Down = Extract<LaneVerdict, {kind: 'down'}>;

const down = (
	{message, retryAfterMs}: LinkTrouble,
	more: Pick<Down, 'broke' | 'aside'> = {},
): LaneVerdict => ({
	kind: 'down',
	message,
	...(retryAfterMs !== undefined && {retryAfterMs}),
	...more,
});

const coversAll = (acked: readonly IndexRange[], entryCount: number): boolean => {
	const [first] = acked;
	return acked.length === 1 && first !== undefined && first[0] === 0 && first[1] === entryCount - 1;
};
