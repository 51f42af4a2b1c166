import {command} from '../command.js';
import {watchStatus} from '../watch/watch-status.js';

export const watch = command({
	name: 'relay watch',
	help: 'Live: queues, rates, quotas, links and errors, until q or Ctrl-C',
	details:
		'On a terminal a picture; arrow keys scroll when there are many peers. Elsewhere a line when something changes; ' +
		'with --output json a whole status a second, one a line. When the daemon goes away it says so and waits for it.',
	examples: ['edgectl relay watch', 'edgectl relay watch --output json | jq -c .queue_depth'],
	run: watchStatus,
});
