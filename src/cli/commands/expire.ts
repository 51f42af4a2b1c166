import {command} from '../command.js';
import {changeOptions, heldPositionals, runChange} from '../hold.js';

const NAME = 'relay expire';

export const expire = command({
	name: NAME,
	help: 'Bury what waits as expired now',
	details:
		'It becomes a deadletter EXPIRED, with its payload: edgectl relay deadletter retry puts it back. What is held is expired by name, or with --all --state held. What is being sent cannot be expired.',
	examples: [
		`edgectl ${NAME} seg-1 hub --reason "INC-42: of no use any more"`,
		`edgectl ${NAME} --all --peer-id hub --priority bulk --older-than 7d --dry-run`,
	],
	positionals: heldPositionals,
	options: changeOptions,
	run: (context, values) =>
		runChange(context, values, {
			method: 'relay.expire',
			name: NAME,
			field: 'expired',
			done: 'expired',
			question: 'Bury them as EXPIRED',
		}),
});
