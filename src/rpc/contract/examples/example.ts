import type {Arguments, MethodName, Result} from '../methods.js';

/** One call and its answer, as they go over the wire. */
export type Example<M extends MethodName> = {
	readonly name: string;
	readonly params: Arguments<M>;
	readonly result: Result<M>;
};

/** At least one for every method. */
export type Examples = {readonly [M in MethodName]: readonly [Example<M>, ...Array<Example<M>>]};

/** Who does it, where it is noted. */
export const ME = {operator: 'mia'} as const;
