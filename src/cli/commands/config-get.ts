import {command} from '../command.js';
import {configText} from '../text/config.js';

export const configGet = command({
	name: 'relay config get',
	help: 'The configuration in effect and the state of the limits',
	examples: ['edgectl relay config get', 'edgectl relay config get --output json | jq .effective'],
	async run({call, output}) {
		const answer = await call('relay.config.get', {});
		output.answer(answer, style => configText(answer, style));
		return undefined;
	},
});
