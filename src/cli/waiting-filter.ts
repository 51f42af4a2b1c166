import {PRIORITIES} from '../outbound/priorities.js';
import type {CommandContext} from './context.js';
import {deadFilterOf} from './dead-filter.js';
import {given} from './given.js';
import {option, type Values} from './parameters.js';
import {readChoice} from './read/choice.js';
import {readLabel} from './read/label.js';
import {readMoment} from './read/moment.js';

const STATES = ['scheduled', 'failed', 'held'] as const;

/** What narrows `--all` down to some of what waits, besides the peer; the same in every command that changes it. */
export const waitingFilterOptions = {
	priority: option(
		'--priority <CLASS>',
		`with --all: only this class: ${PRIORITIES.join(', ')}`,
		readChoice(PRIORITIES),
	),
	label: option('--label <NAME=VALUE>', 'with --all: only segments that carry this label', readLabel),
	state: option('--state <STATE>', `with --all: only ${STATES.join(', ')}`, readChoice(STATES)),
	since: option(
		'--since <TIME>',
		'with --all: enqueued since then: an age such as 2h, or a time',
		readMoment,
	),
	olderThan: option('--older-than <AGE>', 'with --all: enqueued longer ago, such as 7d', readMoment),
};

type FilterValues = Omit<Values<typeof waitingFilterOptions>, 'state'> & {readonly state: string | undefined};

/** Ages become times once, so that every call of a command selects the same. Refuses a span in which nothing can lie. */
export const waitingFilterOf = (
	{priority, state, ...rest}: FilterValues,
	context: Pick<CommandContext, 'time'>,
	command: string,
) => ({
	...given({priority, state: state as (typeof STATES)[number] | undefined}),
	...deadFilterOf(rest, context, command),
});
