import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {STATES} from '../../outbound/transitions.js';
import {command} from '../command.js';
import {given} from '../given.js';
import {collectPage} from '../pages.js';
import {flag, option, optionOr} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readCount} from '../read/count.js';
import {readPeerId} from '../read/ids.js';
import {readLabel} from '../read/label.js';
import {readLine} from '../read/line.js';
import {recordsText} from '../text/records.js';

export const DEFAULT_LIMIT = 50;

export const list = command({
	name: 'relay list',
	help: 'Records, one line each: what is where',
	details: `States: ${STATES.join(', ')}. "abandoned" is what the last restart put back and has not been sent since.`,
	examples: [
		'edgectl relay list --state failed',
		'edgectl relay list --peer-id hub --label kind=telemetry --limit 500',
	],
	options: {
		state: option('--state <S>', 'only records in this state', readChoice(STATES)),
		peer: option('--peer-id <P>', 'only records for this peer', readPeerId),
		priority: option(
			'--priority <CLASS>',
			`only this class: ${PRIORITIES.join(', ')}`,
			readChoice(PRIORITIES),
		),
		held: flag('--held', 'only what an operator holds'),
		label: option('--label <NAME=VALUE>', 'only segments that carry this label', readLabel),
		limit: optionOr('--limit <N>', 'at most so many records', readCount, DEFAULT_LIMIT),
		cursor: option('--cursor <CURSOR>', 'go on where a listing ended', readLine),
	},
	async run({call, output}, {state, peer, priority, held, label, limit, cursor}) {
		const filter = given({state, peer_id: peer, priority, label, held: held || undefined});
		const page = await collectPage(limit, cursor, part => call('relay.list', {...filter, ...part}));
		output.answer(page, style => recordsText(page, style));
		return undefined;
	},
});

/** `--reason` of a listing or a selection; it takes the place of the global one. */
export const reasonFilter = () =>
	option(
		'--reason <R>',
		`only those buried for this reason: ${DEADLETTER_REASONS.join(', ')}`,
		readChoice(DEADLETTER_REASONS),
	);
