import type {z} from 'zod';
import {EdgedError} from '../outbound/errors.js';
import {contract, type MethodName, type Params} from './contract/methods.js';

/** More would help nobody to read them. */
const MAX_ISSUES = 20;
const MAX_KEY_LENGTH = 100;

/** Throws `INVALID_ARGUMENT` that names each key at fault, in its message and in `issues`. */
export const checkParams = <M extends MethodName>(method: M, raw: unknown): Params<M> => {
	if (raw !== undefined && !isPlainObject(raw)) {
		throw new EdgedError('INVALID_ARGUMENT', 'params must be an object: parameters are given by name');
	}
	const checked = contract[method].params.safeParse(raw ?? {});
	if (!checked.success) {
		const issues = checked.error.issues.slice(0, MAX_ISSUES).flatMap(describeIssue).slice(0, MAX_ISSUES);
		const words = issues.slice(0, 3).map(({key, message}) => (key === '' ? message : `${key}: ${message}`));
		throw new EdgedError('INVALID_ARGUMENT', `Invalid params: ${words.join('; ')}`, {issues});
	}
	return checked.data as Params<M>;
};

type Issue = {readonly key: string; readonly message: string};

const describeIssue = (issue: z.core.$ZodIssue): readonly Issue[] =>
	issue.code === 'unrecognized_keys'
		? issue.keys.map(key => ({key: nameOf([...issue.path, key]), message: 'is not known here'}))
		: [{key: nameOf(issue.path), message: issue.message}];

/** A caller may have made a key of megabytes. */
const nameOf = (path: readonly PropertyKey[]): string =>
	path.map(step => String(step).slice(0, MAX_KEY_LENGTH)).join('.');

const isPlainObject = (raw: unknown): boolean =>
	typeof raw === 'object' && raw !== null && !Array.isArray(raw);
