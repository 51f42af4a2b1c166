import type {Result} from '../../rpc/contract/methods.js';
import {type Field, fields} from './fields.js';
import {byteRate, counted, grouped, humanBytes} from './numbers.js';
import {printable} from './printable.js';
import type {Style} from './style.js';
import {humanSeconds, ahead as timeAhead} from './time.js';

type Why = Result<'relay.why'>;

/** The sentence first: an operator in a hurry reads no further. */
export const whyText = (why: Why, style: Style): string[] => [
	printable(why.sentence),
	...fields('Facts', factsOf(why), style),
];

const factsOf = (why: Why): Field[] => [
	...recordFacts(why),
	...aheadFacts(why),
	['Queue', queueWords(why)],
	['Link', linkWords(why), why.link.consecutive_failures > 0 ? 'warn' : undefined],
	['Last Error', why.link.last_error ?? '-'],
	['Rate Limit', why.budget.bytes_per_second === 0 ? 'none' : byteRate(why.budget.bytes_per_second)],
	['Pace', `${humanBytes(why.budget.bytes_per_second_now)}/s`],
	['Next', nextWords(why)],
	['ETA', why.eta_seconds === null ? '-' : humanSeconds(why.eta_seconds)],
];

const recordFacts = ({record}: Why): Field[] =>
	record === undefined
		? []
		: [
				[
					'State',
					[record.state, ...(record.held ? ['held'] : []), ...(record.reason ? [record.reason] : [])].join(
						', ',
					),
				],
				['Priority', record.priority],
				[
					'Attempts',
					`${grouped(record.attempts.length)}, ${counted(record.charged_failures, 'failure')} charged`,
				],
				...(record.expires_at === undefined ? [] : [['Expires', record.expires_at] as const]),
			];

const aheadFacts = ({ahead}: Why): Field[] =>
	ahead === null
		? []
		: [
				[
					'Ahead',
					`${ahead.at_least ? 'at least ' : ''}${counted(ahead.records, 'record')}, ${ahead.bytes_estimated ? 'about ' : ''}${humanBytes(ahead.bytes)}`,
				],
			];

const queueWords = ({queue}: Why): string =>
	[
		`${grouped(queue.scheduled)} scheduled`,
		`${grouped(queue.failed)} failed`,
		`${grouped(queue.inflight)} inflight`,
		...(queue.held === 0 ? [] : [`${grouped(queue.held)} held`]),
		humanBytes(queue.waiting_bytes),
	].join(', ');

const linkWords = ({link}: Why): string =>
	[
		link.state,
		...(link.paused && link.state !== 'paused' ? ['paused'] : []),
		...(link.draining ? ['draining'] : []),
		...(link.consecutive_failures === 0 ? [] : [`${counted(link.consecutive_failures, 'failure')} in a row`]),
		...(link.suspects === 0 ? [] : [`what breaks requests is searched among ${grouped(link.suspects)}`]),
		...(link.alone === 0 ? [] : [`${grouped(link.alone)} kept aside`]),
	].join(', ');

const EVENT_WORDS: Readonly<Record<NonNullable<Why['next_event']>['what'], string>> = {
	attempt_ends: 'the attempt ends',
	link_is_tried: 'the link is tried',
	backoff_ends: 'the next attempt',
	window_opens: 'the next window opens',
	budget_returns: 'budget returns',
	turn_comes: 'its turn',
	segment_is_enqueued: 'a segment comes in',
	operator_acts: 'somebody has to act',
};

const nextWords = ({next_event: next, queried_at: now}: Why): string => {
	if (next === null) {
		return '-';
	}
	return [EVENT_WORDS[next.what], ...(next.at === null ? [] : [timeAhead(next.at, now)])].join(', ');
};
