import {command} from '../command.js';
import {statusText} from '../text/status.js';

export const status = command({
	name: 'relay status',
	help: 'What waits, what is being sent, how the peers are doing',
	examples: ['edgectl relay status', 'edgectl relay status --output json | jq .queue_depth'],
	async run({call, output}) {
		const answer = await call('relay.status', {});
		output.answer(answer, style => statusText(answer, style));
		return undefined;
	},
});
