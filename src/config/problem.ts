import {EdgedError} from '../outbound/errors.js';
import {withoutUrlCredentials} from '../outbound/secrets.js';
import type {KeyLines} from './key-lines.js';

/** One thing that is wrong with a configuration. */
export type Problem = {
	/** In full, as the file writes it: `relay.retry.max_retry_count`, `peers[1].url`. */
	readonly key: string;
	/** What the file says; left out when it says nothing. */
	readonly value?: unknown;
	/** Follows key and value: what is allowed, or what to do. */
	readonly message: string;
};

/** `INVALID_CONFIG` that lists every problem in the order of the file, one a line, as `FILE:LINE: KEY = VALUE: MESSAGE`. */
export const invalidConfig = (file: string, problems: readonly Problem[], lines: KeyLines): EdgedError => {
	const told = problems
		.map(problem => ({...problem, line: lines.lineOf(problem.key)}))
		.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
	return new EdgedError(
		'INVALID_CONFIG',
		told.map(problem => `${place(file, problem.line)}: ${subject(problem)}: ${problem.message}`).join('\n'),
		{file, problems: told.map(({key, line, message}) => ({key, ...(line && {line}), message}))},
	);
};

const place = (file: string, line: number | undefined): string =>
	line === undefined ? file : `${file}:${line}`;

const subject = (problem: Problem): string =>
	'value' in problem ? `${problem.key} = ${showValue(problem.value)}` : problem.key;

const MAX_SHOWN = 100;

/** As short as a line of a terminal allows, and without the credentials of a URL. */
const showValue = (value: unknown): string => {
	// JSON has no word for infinity, TOML has.
	const json = typeof value === 'number' ? String(value) : JSON.stringify(value);
	const text = withoutUrlCredentials(json);
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
};
