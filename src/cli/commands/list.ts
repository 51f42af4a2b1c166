import {PRIORITIES} from '../../outbound/priorities.js';
import {STATES} from '../../outbound/transitions.js';
import {command} from '../command.js';
import {deadFilterOf} from '../dead-filter.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {listAll} from '../list-all.js';
import {DEFAULT_LIMIT, reasonFilter} from '../listing.js';
import {collectPage, type PageCall} from '../pages.js';
import {flag, option, optionOr} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readCount} from '../read/count.js';
import {readPeerId} from '../read/ids.js';
import {readLabel} from '../read/label.js';
import {readLine} from '../read/line.js';
import {readMoment} from '../read/moment.js';
import {recordsText} from '../text/records.js';

const NAME = 'relay list';
/** The commands that change what waits call it a state what is held. */
const LISTED = [...STATES, 'held'] as const;

export const list = command({
	name: NAME,
	help: 'Records, one line each: what is where',
	details: `States: ${STATES.join(', ')}. "abandoned" is what the last restart put back and has not been sent since. What one filter lets through must pass the others too. Times are those of the enqueue. With --all every record that matches, as it is found; with --output json a record a line then.`,
	examples: [
		'edgectl relay list --state failed',
		'edgectl relay list --peer-id hub --label kind=telemetry --limit 500',
		'edgectl relay list --state scheduled --older-than 2h',
		'edgectl relay list --all --reason EXPIRED --output json > expired.ndjson',
	],
	options: {
		state: option('--state <S>', 'only records in this state', readChoice(LISTED)),
		peer: option('--peer-id <P>', 'only records for this peer', readPeerId),
		priority: option(
			'--priority <CLASS>',
			`only this class: ${PRIORITIES.join(', ')}`,
			readChoice(PRIORITIES),
		),
		label: option('--label <NAME=VALUE>', 'only segments that carry this label', readLabel),
		reason: reasonFilter,
		held: flag('--held', 'only what an operator holds'),
		since: option(
			'--since <TIME>',
			'only enqueued since then: 2h (ago), or 2026-07-25T11:00:00Z',
			readMoment,
		),
		olderThan: option(
			'--older-than <AGE>',
			'only enqueued longer ago, such as 2h; or before a time',
			readMoment,
		),
		limit: optionOr('--limit <N>', 'at most so many records', readCount, DEFAULT_LIMIT),
		cursor: option('--cursor <CURSOR>', 'go on where a listing ended', readLine),
		all: flag('--all', 'every record that matches, however many'),
	},
	async run({call, output, time, signal}, {limit, cursor, all, since, olderThan, ...filters}) {
		const {peer, priority, label, reason} = filters;
		const held = filters.held || filters.state === 'held';
		const state = filters.state === 'held' ? undefined : filters.state;
		if (reason !== undefined && (held || (state !== undefined && state !== 'deadletter'))) {
			const asked = held ? 'what is held' : state;
			throw new UsageError(`--reason is of deadletters, and you ask for ${asked}`, NAME);
		}
		const times = deadFilterOf({since, olderThan, label: undefined}, {time}, NAME);
		const filter = given({
			...{state, peer_id: peer, priority, label, reason, since: times.since, until: times.before},
			held: held || undefined,
		});
		const onePage: PageCall = part => call('relay.list', {...filter, ...part});
		if (!all) {
			const page = await collectPage(limit, cursor, onePage);
			output.answer(page, style => recordsText(page, style, output.width));
			return undefined;
		}
		await listAll({output, signal}, 'record', cursor, onePage);
		return undefined;
	},
});
