import type {Delivery} from './delivery.js';
import {hasAnswers, type Knowledge, type Proof} from './judge.js';
import type {LaneHealth} from './lane-health.js';
import type {SendOutcome, Transport} from './transport.js';

export type InquestOptions = {
	readonly health: LaneHealth;
	readonly proves: Transport['proves'];
	readonly outagePolicy: 'hold' | 'count';
};

/**
 * Finds out what must be known before the outcome of `delivery` is judged. After a break the peer is asked whether it is well. When
 * an entry may be charged and the peer's word is not enough, something else must have been answered right before it was sent;
 * if not, the delivery steps aside, its lease still open, until something is.
 */
export const inquire = async (
	delivery: Delivery,
	outcome: SendOutcome,
	{health, proves, outagePolicy}: InquestOptions,
): Promise<Knowledge> => {
	const {aborted} = delivery;
	const isKnown = isKnownToBreak(delivery);
	const isolated = isKnown || (delivery.suspects !== undefined && delivery.lease.entryCount === 1);
	if (aborted || !mustAsk(outcome, outagePolicy)) {
		return {proof: undefined, isolated, aborted};
	}
	const message = messageOf(outcome);
	const isToBlame = isolated && delivery.peerWasWell;
	if (!isToBlame) {
		health.witnesses.troubled();
	}
	const proof = async (): Promise<Proof> => {
		// That one breaks which has broken before says nothing of the peer.
		if (!isKnown && !isToBlame && health.witnesses.broke(delivery.ticket)) {
			return {kind: 'unproven', message};
		}
		const answer = await health.inquire();
		if (answer.kind === 'interrupted') {
			return {kind: 'unclear'};
		}
		if (answer.kind === 'down') {
			return answer;
		}
		if (outagePolicy === 'count') {
			return health.doubtsPeer ? {kind: 'unproven', message} : answer;
		}
		if (!isolated || isToBlame || (proves === 'peer' && !health.doubtsPeer)) {
			return answer;
		}
		delivery.stepAside();
		return health.testimony(message);
	};
	return {proof: await proof(), isolated, aborted};
};

/** It was charged for it, and is sent alone. */
const isKnownToBreak = ({lease}: Delivery): boolean =>
	lease.entryCount === 1 && lease.entry(0).chargedFailures > 0;

/** Something broke, and nothing that came with it says why. */
const mustAsk = (outcome: SendOutcome, outagePolicy: 'hold' | 'count'): boolean => {
	if (outcome.kind === 'broken') {
		return true;
	}
	return (
		outagePolicy === 'hold' &&
		outcome.kind === 'answered' &&
		outcome.endedBy === undefined &&
		outcome.troubles.some(({kind}) => kind === 'broken') &&
		!hasAnswers(outcome)
	);
};

const messageOf = (outcome: SendOutcome): string => {
	if (outcome.kind === 'answered') {
		return outcome.troubles.find(({kind}) => kind === 'broken')?.message ?? '';
	}
	return 'message' in outcome ? outcome.message : '';
};
