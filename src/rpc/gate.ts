import type {Caller} from './caller.js';
import {contract, type MethodName} from './contract/methods.js';

/** A call whose parameters have passed the contract. */
export type GatedCall = {
	readonly method: MethodName;
	readonly params: Readonly<Record<string, unknown>>;
	readonly caller: Caller;
	/** The caller says that it must be done, named or not. */
	readonly breakGlass: boolean;
};

/**
 * Stands before every method. Answers with the parameters that the method gets, at once or once what must be recorded is recorded;
 * throws or rejects with `FORBIDDEN`.
 */
export type Gate = (call: GatedCall) => GatedCall['params'] | Promise<GatedCall['params']>;

/** The parameter that every method takes that changes something, besides its own: see `GatedCall.breakGlass`. */
export const BREAK_GLASS = 'break_glass';

/** What was sent as parameters, without the one that is not the method's. Only `true` counts, anything else is left to be refused. */
export const takeBreakGlass = (
	method: MethodName,
	raw: unknown,
): {readonly params: unknown; readonly breakGlass: boolean} => {
	if (contract[method].effect !== 'change' || typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
		return {params: raw, breakGlass: false};
	}
	const {[BREAK_GLASS]: breakGlass, ...params} = raw as Readonly<Record<string, unknown>>;
	return breakGlass === true ? {params, breakGlass} : {params: raw, breakGlass: false};
};
