import type {Delivery} from './delivery.js';
import {type InquestOptions, inquire} from './inquest.js';
import {hasAnswers, type Judgement, judge} from './judge.js';
import type {RetryPolicy} from './retry-policy.js';
import type {SendOutcome} from './transport.js';

export type Weighed = Judgement & {
	/** What is leased and not begun must go back. */
	readonly changed: boolean;
};

/** Finds out what must be known of a send that has ended, judges it, and lets the lane's health know. */
export const weigh = async (
	delivery: Delivery,
	outcome: SendOutcome,
	{health, policy, proves}: Pick<InquestOptions, 'health' | 'proves'> & {readonly policy: RetryPolicy},
): Promise<Weighed> => {
	if (hasAnswers(outcome)) {
		health.witnesses.answered(delivery.ticket);
	}
	const known = await inquire(delivery, outcome, {...policy, proves, health});
	const judgement = judge(delivery.lease, outcome, policy, known);
	return {...judgement, changed: health.apply(judgement.verdict, delivery)};
};
