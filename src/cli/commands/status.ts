import {command} from '../command.js';
import {flag} from '../parameters.js';
import {statusText} from '../text/status.js';
import {watchStatus} from '../watch/watch-status.js';

export const status = command({
	name: 'relay status',
	help: 'What waits, what is being sent, how the peers are doing',
	details: '--watch shows it live, as edgectl relay watch does.',
	examples: [
		'edgectl relay status',
		'edgectl relay status --watch',
		'edgectl relay status --output json | jq .queue_depth',
	],
	options: {watch: flag('--watch', 'go on showing it until q or Ctrl-C')},
	async run(context, {watch}) {
		if (watch) {
			return watchStatus(context);
		}
		const answer = await context.call('relay.status', {});
		const {output} = context;
		output.answer(answer, style => statusText(answer, style, output.width));
		return undefined;
	},
});
