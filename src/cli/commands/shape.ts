import {command} from '../command.js';
import {given} from '../given.js';
import {option} from '../parameters.js';
import {readPeerId} from '../read/ids.js';
import {shapeText} from '../text/shape.js';

export const shape = command({
	name: 'relay shape',
	help: 'How old is what waits, by peer: records and bytes',
	details:
		'Everything that waits, is being sent or held, by the time since its enqueue. A column is what is younger than its heading and older than the one before. ' +
		'The first call reads the queue and may take some seconds behind millions of records; for a quarter of an hour after a call the next is answered at once.',
	examples: ['edgectl relay shape', 'edgectl relay shape --peer-id hub --output json | jq .total'],
	options: {peer: option('--peer-id <P>', 'only this peer', readPeerId)},
	async run({call, output}, {peer}) {
		const answer = await call('relay.shape', given({peer_id: peer}));
		output.answer(answer, style => shapeText(answer, style));
		return undefined;
	},
});
