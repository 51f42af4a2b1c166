import type {ExceptionVerdict, IndexRange, Lease, LeasedEntry, Settlement} from '../storage/store.js';
import {type RetryPolicy, retryDelayMs} from './retry-policy.js';
import type {EntryTrouble, ProbeOutcome, SendOutcome} from './transport.js';

/** What the lane knows that the outcome alone does not say. */
export type Knowledge = {
	/** What the peer said when it was asked after a broken request; `undefined` when it was not asked. */
	readonly probe: ProbeOutcome | undefined;
	/** The lease was one suspect entry, sent alone on purpose. */
	readonly isolated: boolean;
	/** Nothing but its word for it says that the peer is well: request after request breaks, and none is answered. */
	readonly doubted: boolean;
	/** The lane itself ended the send. */
	readonly aborted: boolean;
};

/** What the outcome says about the lane; what it says about the entries is the settlement. */
export type LaneVerdict =
	| {readonly kind: 'well'}
	/** Back off. */
	| {readonly kind: 'down'; readonly message: string; readonly retryAfterMs?: number}
	/** The peer is well, yet this request broke: one of its entries may be why. */
	| {readonly kind: 'suspects'; readonly message: string}
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
			return judgeAnswer(lease, outcome, policy);
		case 'link_down':
			if (policy.outagePolicy === 'count') {
				return {settlement: chargeAll(lease, outcome, 'FAILED', policy), verdict: down(outcome)};
			}
			return {settlement: RELEASE_ALL, verdict: down(outcome)};
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
type LinkDown = Extract<SendOutcome, {kind: 'link_down'}>;

const judgeAnswer = (lease: Lease, {acked, troubles}: Answered, policy: RetryPolicy): Judgement => {
	if (troubles.length === 0 && coversAll(acked, lease.entryCount)) {
		return {settlement: ACK_ALL, verdict: WELL};
	}
	if (acked.length === 0 && troubles.length === 0) {
		const message = `The peer answered for none of the ${lease.entryCount} segments sent`;
		return {settlement: RELEASE_ALL, verdict: {kind: 'down', message}};
	}
	const exceptions = troubles.flatMap(trouble =>
		trouble.kind === 'unneeded' ? [] : [judgeTrouble(lease, trouble, policy)],
	);
	// What was damaged or gone here was never sent: of the peer that says nothing.
	const wasAsked = acked.length > 0 || troubles.some(({kind}) => kind === 'rejected' || kind === 'failed');
	return {settlement: {acked, exceptions}, verdict: wasAsked ? WELL : NONE};
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
		case 'broken':
			return charge(
				lease,
				entry,
				{error: trouble.message, outcome: 'FAILED', bytesSent: entry.sizeBytes},
				policy,
			);
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
	const outcome = broken.cause === 'timeout' ? 'TIMEOUT' : 'FAILED';
	if (policy.outagePolicy === 'count') {
		return {settlement: chargeAll(lease, broken, outcome, policy), verdict: {kind: 'down', message}};
	}
	if (known.probe === undefined) {
		return {settlement: RELEASE_ALL, verdict: {kind: 'down', message}};
	}
	if (known.probe.kind === 'down') {
		return {settlement: RELEASE_ALL, verdict: down(known.probe)};
	}
	if (known.isolated && lease.entryCount === 1) {
		// Nobody is buried on the word of a peer that cannot prove it is well.
		const budget = known.doubted ? {...policy, maxRetryCount: Number.POSITIVE_INFINITY} : policy;
		return {
			settlement: chargeAll(lease, broken, outcome, budget),
			verdict: {kind: 'lone_break', message},
		};
	}
	return {settlement: RELEASE_ALL, verdict: {kind: 'suspects', message}};
};

const chargeAll = (
	lease: Lease,
	{message, bytesSent}: Broken | LinkDown,
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

const down = ({
	message,
	retryAfterMs,
}: {
	readonly message: string;
	readonly retryAfterMs?: number;
}): LaneVerdict => ({
	kind: 'down',
	message,
	...(retryAfterMs === undefined ? {} : {retryAfterMs}),
});

const coversAll = (acked: readonly IndexRange[], entryCount: number): boolean => {
	const [first] = acked;
	return acked.length === 1 && first !== undefined && first[0] === 0 && first[1] === entryCount - 1;
};
