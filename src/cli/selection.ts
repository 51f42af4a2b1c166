import {DEADLETTER_REASONS, type DeadletterReason} from '../outbound/attempts.js';
import type {Result} from '../rpc/contract/methods.js';
import type {Tally} from './confirm.js';
import type {CommandContext} from './context.js';
import {type DeadFilter, deadFilterOf, deadFilterOptions} from './dead-filter.js';
import {UsageError} from './failure.js';
import {given} from './given.js';
import {flag, option, type Values} from './parameters.js';
import {readChoice} from './read/choice.js';
import {readPeerId} from './read/ids.js';
import {readLine} from './read/line.js';
import {grouped} from './text/numbers.js';

/** One deadletter by name, or all that a filter lets through. */
export type Selection =
	| {readonly kind: 'one'; readonly params: OneParams}
	| {readonly kind: 'all'; readonly params: AllParams};

type OneParams = {segment_id: string; peer_id: string; operator: string; reason?: string};
export type AllParams = DeadFilter & {
	all: true;
	peer_id?: string;
	reason?: DeadletterReason;
	operator: string;
	note?: string;
};

export const selectionOptions = {
	all: flag('--all', 'every deadletter, or those that the filters let through'),
	peer: option('--peer-id <P>', 'the peer', readPeerId),
	reason: option(
		'--reason <R>',
		`with --all: only those buried for this reason (${DEADLETTER_REASONS.join(', ')}); else why, for the log`,
		readLine,
	),
	...deadFilterOptions,
	dryRun: flag('--dry-run', 'change nothing and say what would be'),
	yes: flag('--yes', 'do not ask, at a terminal, whether more than one record is meant'),
};

type SelectionValues = Omit<Values<typeof selectionOptions>, 'dryRun' | 'yes'> & {
	readonly segment: string | undefined;
};

/** `command` and `form` are for the message when what was typed names neither one record nor all. */
export const selectionOf = (
	{all, segment, peer, reason, ...filters}: SelectionValues,
	{accountable, time}: CommandContext,
	{command, form}: {readonly command: string; readonly form: string},
): Selection => {
	const filter = deadFilterOf(filters, {time}, command);
	if (all) {
		if (segment !== undefined) {
			throw new UsageError('--all goes without a segment id', command);
		}
		const {operator, reason: note} = accountable;
		return {
			kind: 'all',
			params: {
				all,
				operator,
				...given({peer_id: peer, reason: reasonOf(reason, command), note}),
				...filter,
			},
		};
	}
	if (segment === undefined || peer === undefined) {
		throw new UsageError(`Name one record with ${form}, or give --all`, command);
	}
	if (Object.keys(filter).length > 0) {
		throw new UsageError('--since, --older-than and --label go with --all', command);
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

type Matching = Extract<Result<'relay.deadletter.retry'>, {dry_run: true}>['matching'];

/** For the question before a change: whose they are, and why they were buried. */
export const talliesOf = (matching: Matching): Readonly<Record<'peers' | 'reasons', Tally>> => ({
	peers: tally(matching, 'peer_id'),
	reasons: tally(matching, 'reason'),
});

const tally = (matching: Matching, by: 'peer_id' | 'reason'): Tally => {
	const sums: Record<string, number> = {};
	for (const line of matching) {
		sums[line[by]] = (sums[line[by]] ?? 0) + line.count;
	}
	return sums;
};

/** For a dry run: a line for each peer and reason. */
export const matchingText = (matching: Matching): string[] =>
	matching.map(({peer_id: peer, reason, count}) => `  ${peer}  ${reason}  ${grouped(count)}`);
