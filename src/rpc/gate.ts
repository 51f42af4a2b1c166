import type {EdgedError} from '../outbound/errors.js';
import type {Caller} from './caller.js';
import {type ChangingMethod, contract, type MethodName} from './contract/methods.js';

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

/** A call that would have changed something, if the contract had understood its parameters. */
export type WrongCall = {
	readonly method: ChangingMethod;
	/** As they came: anything at all. */
	readonly raw: unknown;
	readonly caller: Caller;
	/** What the caller is told. */
	readonly error: EdgedError;
};

/** Told of each such call that came in by the operator's door, before its caller is answered. Must not reject. */
export type OnWrongCall = (call: WrongCall) => Promise<void>;

/** The parameter that every method takes that changes something, besides its own: see `GatedCall.breakGlass`. */
export const BREAK_GLASS = 'break_glass';

/** Whether it is an operator's act, done or only asked about. */
export const changesSomething = (method: MethodName): method is ChangingMethod =>
	contract[method].effect === 'change';

/** What was sent as parameters, without the one that is not the method's. Only `true` counts, anything else is left to be refused. */
export const takeBreakGlass = (
	method: MethodName,
	raw: unknown,
): {readonly params: unknown; readonly breakGlass: boolean} => {
	if (!changesSomething(method) || typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
		return {params: raw, breakGlass: false};
	}
	const {[BREAK_GLASS]: breakGlass, ...params} = raw as Readonly<Record<string, unknown>>;
	return breakGlass === true ? {params, breakGlass} : {params: raw, breakGlass: false};
};
