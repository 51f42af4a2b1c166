import type {Parts} from '../parts.js';

/** Who did it and why, in the words of the caller. */
export type Accountable = {readonly operator?: string | undefined; readonly reason?: string | undefined};

/** One line for one thing that an operator changed: what was done and to what (`event`, as the audit trail names it), who, why. */
export const noteChange = (
	{logger, events}: Pick<Parts, 'logger'> & Partial<Pick<Parts, 'events'>>,
	event: string,
	{operator, reason}: Accountable,
	facts: Readonly<Record<string, unknown>>,
): void => {
	const who = {
		...(operator !== undefined && {operator}),
		...(reason !== undefined && {reason}),
	};
	events?.tell({kind: 'change', event, ...peerOf(facts), ...who, facts});
	logger.info({event, ...who, ...facts}, event);
};

/** `null` in the facts stands for all peers. */
const peerOf = ({peer_id: peer}: Readonly<Record<string, unknown>>): {readonly peer_id?: string} =>
	typeof peer === 'string' ? {peer_id: peer} : {};
