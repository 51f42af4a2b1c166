import {command} from '../command.js';
import {laneOptions, lanePeer, stepLanes} from '../lanes.js';

export const drain = command({
	name: 'relay drain',
	help: 'Take no new segments and finish the queue, of one peer or of all',
	details:
		'--wait returns when everything is delivered. Deadletters stay where they are. Kept over restarts, until edgectl relay resume.',
	examples: ['edgectl relay drain hub --wait', 'edgectl relay drain --reason "moving to a new gateway"'],
	positionals: lanePeer,
	options: laneOptions,
	run: (context, values) =>
		stepLanes(context, values, {
			method: 'relay.drain',
			left: ({inflight, scheduled, failed}) => inflight + scheduled + failed,
			stillOn: ({draining}) => draining,
			finished: 'drained, nothing is left',
		}),
});
