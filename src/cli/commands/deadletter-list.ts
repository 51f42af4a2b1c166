import {command} from '../command.js';
import {deadFilterOf, deadFilterOptions} from '../dead-filter.js';
import {given} from '../given.js';
import {listAll} from '../list-all.js';
import {DEFAULT_LIMIT, reasonFilter} from '../listing.js';
import {collectPage, type PageCall} from '../pages.js';
import {flag, option, optionOr} from '../parameters.js';
import {readCount} from '../read/count.js';
import {readPeerId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {deadlettersText} from '../text/records.js';

const NAME = 'relay deadletter list';

export const deadletterList = command({
	name: NAME,
	help: 'Records that were buried, and why',
	details:
		'The times of the filters are those of the burial. With --all every deadletter that matches, as it is found; with --output json a record a line then.',
	examples: [
		'edgectl relay deadletter list --limit 50',
		'edgectl relay deadletter list --peer-id hub --reason MAX_RETRIES',
		'edgectl relay deadletter list --since 2h --label kind=image',
		'edgectl relay deadletter list --all --reason REJECTED --output json > rejected.ndjson',
	],
	options: {
		limit: optionOr('--limit <N>', 'at most so many records', readCount, DEFAULT_LIMIT),
		peer: option('--peer-id <P>', 'only those for this peer', readPeerId),
		reason: reasonFilter,
		...deadFilterOptions,
		cursor: option('--cursor <CURSOR>', 'go on where a listing ended', readLine),
		all: flag('--all', 'every deadletter that matches, however many'),
	},
	async run({call, output, time, signal}, {limit, peer, reason, cursor, all, ...filters}) {
		const filter = {...given({peer_id: peer, reason}), ...deadFilterOf(filters, {time}, NAME)};
		const onePage: PageCall = part => call('relay.deadletter.list', {...filter, ...part});
		if (all) {
			await listAll({output, signal}, 'deadletter', cursor, onePage);
			return undefined;
		}
		const page = await collectPage(limit, cursor, onePage);
		output.answer(page, style => deadlettersText(page, style, output.width));
		return undefined;
	},
});
