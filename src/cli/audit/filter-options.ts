import {CATEGORIES, OUTCOMES, SOURCES} from '../../outbound/audit-event.js';
import type {Arguments} from '../../rpc/contract/methods.js';
import type {CommandContext} from '../context.js';
import {given} from '../given.js';
import {option, type Values} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readLine} from '../read/line.js';
import {readMoment, writtenMoment} from '../read/moment.js';

/** The filters of the reference system. */
export const filterOptions = {
	event: option('--event-type <NAME>', 'only this event, e.g. relay.paused', readLine),
	category: option('--category <C>', `only this category: ${CATEGORIES.join(', ')}`, readChoice(CATEGORIES)),
	actor: option('--actor <NAME>', 'only what this one did', readLine),
	outcome: option('--outcome <O>', `only what ended so: ${OUTCOMES.join(', ')}`, readChoice(OUTCOMES)),
	source: option('--source <S>', `only what came from there: ${SOURCES.join(', ')}`, readChoice(SOURCES)),
	start: option(
		'--start-time <TIME>',
		'only at this time or later: 2026-11-24T06:00:00Z, or 2h (ago)',
		readMoment,
	),
	end: option('--end-time <TIME>', 'only at this time or earlier', readMoment),
};

export type AuditFilterParams = Omit<Arguments<'audit.query'>, 'limit' | 'cursor' | 'order'>;

export const filterOf = (
	{event, category, actor, outcome, source, start, end}: Values<typeof filterOptions>,
	{time}: Pick<CommandContext, 'time'>,
): AuditFilterParams => ({
	...given({event_type: event, category, actor, outcome, source}),
	...(start !== undefined && {start_time: writtenMoment(start, time.now())}),
	...(end !== undefined && {end_time: writtenMoment(end, time.now())}),
});
