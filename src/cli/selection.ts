import {DEADLETTER_REASONS, type DeadletterReason} from '../outbound/attempts.js';
import type {CommandContext} from './context.js';
import {UsageError} from './failure.js';
import {given} from './given.js';
import {flag, option} from './parameters.js';
import {readChoice} from './read/choice.js';
import {readPeerId} from './read/ids.js';
import {readLine} from './read/line.js';

/** One deadletter by name, or all that a filter lets through. */
export type Selection =
	| {readonly kind: 'one'; readonly params: OneParams}
	| {readonly kind: 'all'; readonly params: AllParams};

type OneParams = {segment_id: string; peer_id: string; operator: string; reason?: string};
type AllParams = {all: true; peer_id?: string; reason?: DeadletterReason; operator: string; note?: string};

export const selectionOptions = {
	all: flag('--all', 'every deadletter, or those that --peer-id and --reason let through'),
	peer: option('--peer-id <P>', 'the peer', readPeerId),
	reason: option(
		'--reason <R>',
		`with --all: only those buried for this reason (${DEADLETTER_REASONS.join(', ')}); else why, for the log`,
		readLine,
	),
};

type SelectionValues = {
	readonly all: boolean;
	readonly segment: string | undefined;
	readonly peer: string | undefined;
	readonly reason: string | undefined;
};

/** `command` and `form` are for the message when what was typed names neither one record nor all. */
export const selectionOf = (
	{all, segment, peer, reason}: SelectionValues,
	{accountable}: CommandContext,
	{command, form}: {readonly command: string; readonly form: string},
): Selection => {
	if (all) {
		if (segment !== undefined) {
			throw new UsageError('--all goes without a segment id', command);
		}
		const {operator, reason: note} = accountable;
		return {
			kind: 'all',
			params: {all, operator, ...given({peer_id: peer, reason: reasonOf(reason, command), note})},
		};
	}
	if (segment === undefined || peer === undefined) {
		throw new UsageError(`Name one record with ${form}, or give --all`, command);
	}
	return {
		kind: 'one',
		params: {segment_id: segment, peer_id: peer, ...accountable, ...given({reason})},
	};
};

const reasonOf = (text: string | undefined, command: string): DeadletterReason | undefined => {
	try {
		return text === undefined ? undefined : readChoice(DEADLETTER_REASONS)(text);
	} catch (error) {
		const words = 'With --all, --reason is a filter; words for the log stand before the command.';
		throw new UsageError(`${words} ${(error as Error).message}`, command);
	}
};

type Bulk = {readonly next_cursor?: string | undefined};

/** Deadletters that one call changes: long work stays interruptible, and no answer is waited for in vain. */
const BULK_STEP = 10_000;

/** Calls until nothing is left and gives every answer to `add`. Ctrl-C ends it between two calls. */
export const inSteps = async <Answer extends Bulk>(
	signal: AbortSignal,
	call: (step: {readonly limit: number; readonly cursor?: string}) => Promise<Answer>,
	add: (answer: Answer) => void,
): Promise<void> => {
	let cursor: string | undefined;
	do {
		signal.throwIfAborted();
		const answer = await call({limit: BULK_STEP, ...given({cursor})});
		add(answer);
		cursor = answer.next_cursor;
	} while (cursor !== undefined);
};
