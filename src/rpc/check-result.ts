import type {z} from 'zod';
import {UnexpectedAnswer} from './client-errors.js';
import type {WireEvent} from './contract/events.js';
import {contract, type MethodName, notifications, type Result} from './contract/methods.js';

/**
 * The answer as it came, once it has the form that the contract promises. What it has beyond that is a newer daemon's, and
 * stays. Throws `UnexpectedAnswer` that names what is wrong.
 */
export const checkResult = <M extends MethodName>(method: M, answer: unknown): Result<M> => {
	// One that was made up by the caller is answered as unknown; if not, there is nothing to check it by.
	refuseOthers(method, contract[method]?.result.safeParse(answer));
	return answer as Result<M>;
};

/** What a `relay.event` carries, by the same rule. */
export const checkEvent = (params: unknown): WireEvent => {
	refuseOthers('relay.event', notifications['relay.event'].params.safeParse(params));
	return params as WireEvent;
};

const refuseOthers = (name: string, checked: z.ZodSafeParseResult<unknown> | undefined): void => {
	const wrong = checked?.error?.issues.filter(({code}) => code !== 'unrecognized_keys') ?? [];
	if (wrong.length > 0) {
		throw new UnexpectedAnswer(name, wrong.slice(0, MAX_NAMED).map(describeIssue).join('; '));
	}
};

/** More would help nobody to read them. */
const MAX_NAMED = 3;

const describeIssue = ({path, message}: z.core.$ZodIssue): string =>
	path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
