import type {Arguments} from '../rpc/contract/methods.js';
import type {CommandContext} from './context.js';
import {UsageError} from './failure.js';
import {given} from './given.js';
import {option, type Values} from './parameters.js';
import {readLabel} from './read/label.js';
import {type Moment, readMoment, writtenMoment} from './read/moment.js';

/** What selects deadletters besides peer and reason; the same in every command that takes a selector. */
export const deadFilterOptions = {
	since: option('--since <TIME>', 'only those buried since then: an age such as 2h, or a time', readMoment),
	olderThan: option(
		'--older-than <AGE>',
		'only those buried longer ago, such as 7d; or before a time',
		readMoment,
	),
	label: option('--label <NAME=VALUE>', 'only segments that carry this label', readLabel),
};

export type DeadFilter = Pick<Arguments<'relay.deadletter.list'>, 'since' | 'before' | 'label'>;

/** Ages become times once, so that every call of a command selects the same. Refuses a span in which nothing can lie. */
export const deadFilterOf = (
	{since, olderThan, label}: Values<typeof deadFilterOptions>,
	{time}: Pick<CommandContext, 'time'>,
	command: string,
): DeadFilter => {
	const now = time.now();
	const stamp = (moment: Moment | undefined): string | undefined =>
		moment === undefined ? undefined : writtenMoment(moment, now);
	const filter = {since: stamp(since), before: stamp(olderThan), label};
	if (filter.since !== undefined && filter.before !== undefined && !isEarlier(filter.since, filter.before)) {
		throw new UsageError(
			`Nothing lies between --since (${filter.since}) and --older-than (${filter.before}): --since must be the longer ago`,
			command,
		);
	}
	return given(filter);
};

const isEarlier = (a: string, b: string): boolean =>
	// biome-ignore lint/style/noRestrictedGlobals: reads times, does not ask for one
	Date.parse(a) < Date.parse(b);
