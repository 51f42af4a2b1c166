import {command} from '../command.js';
import {deadFilterOf, deadFilterOptions} from '../dead-filter.js';
import {given} from '../given.js';
import {DEFAULT_LIMIT, reasonFilter} from '../listing.js';
import {collectPage} from '../pages.js';
import {option, optionOr} from '../parameters.js';
import {readCount} from '../read/count.js';
import {readPeerId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {deadlettersText} from '../text/records.js';

const NAME = 'relay deadletter list';

export const deadletterList = command({
	name: NAME,
	help: 'Records that were buried, and why',
	examples: [
		'edgectl relay deadletter list --limit 50',
		'edgectl relay deadletter list --peer-id hub --reason MAX_RETRIES',
		'edgectl relay deadletter list --since 2h --label kind=image',
	],
	options: {
		limit: optionOr('--limit <N>', 'at most so many records', readCount, DEFAULT_LIMIT),
		peer: option('--peer-id <P>', 'only those for this peer', readPeerId),
		reason: reasonFilter,
		...deadFilterOptions,
		cursor: option('--cursor <CURSOR>', 'go on where a listing ended', readLine),
	},
	async run({call, output, time}, {limit, peer, reason, cursor, ...filters}) {
		const filter = {...given({peer_id: peer, reason}), ...deadFilterOf(filters, {time}, NAME)};
		const page = await collectPage(limit, cursor, part =>
			call('relay.deadletter.list', {...filter, ...part}),
		);
		output.answer(page, style => deadlettersText(page, style));
		return undefined;
	},
});
