import type {Parts} from '../parts.js';

/** Who did it and why, in the words of the caller. */
export type Accountable = {readonly operator?: string | undefined; readonly reason?: string | undefined};

/** One line for one thing that an operator changed: what was done and to what (`event`, as the audit trail names it), who, why. */
export const noteChange = (
	{logger}: Pick<Parts, 'logger'>,
	event: string,
	{operator, reason}: Accountable,
	facts: Readonly<Record<string, unknown>>,
): void => {
	logger.info(
		{
			event,
			...(operator !== undefined && {operator}),
			...(reason !== undefined && {reason}),
			...facts,
		},
		event,
	);
};
