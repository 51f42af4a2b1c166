import {EVENT_KINDS} from '../../rpc/event-kinds.js';
import {command} from '../command.js';
import {given} from '../given.js';
import {option, repeated} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readPeerId} from '../read/ids.js';
import {eventText} from '../text/event.js';

export const events = command({
	name: 'relay events',
	help: 'What happens, as it happens, until Ctrl-C',
	details:
		'A line each. With --output json the notifications of the daemon, one a line. Who reads too slowly is told how much he has missed (gap). Ends with exit code 3 when the daemon goes.',
	examples: [
		'edgectl relay events',
		'edgectl relay events --peer-id hub --kind link --kind deadletter',
		'edgectl --output json relay events --kind records',
	],
	options: {
		peer: option('--peer-id <P>', 'leave out what concerns another peer', readPeerId),
		kinds: repeated('--kind <K>', `only these: ${EVENT_KINDS.join(', ')}`, readChoice(EVENT_KINDS)),
	},
	async run({watchEvents, output, signal}, {peer, kinds}) {
		const filter = given({peer_id: peer, kinds: kinds.length === 0 ? undefined : [...kinds]});
		await watchEvents(filter, event => output.item(event, eventText(event)), signal);
		return undefined;
	},
});
