import {command} from '../command.js';
import {laneOptions, lanePeer, stepLanes} from '../lanes.js';

export const pause = command({
	name: 'relay pause',
	help: 'Send nothing more, to one peer or to all; what waits stays',
	details:
		'What is being sent finishes; --wait returns when it has. Kept over restarts, until edgectl relay resume.',
	examples: ['edgectl relay pause --reason "INC-42"', 'edgectl relay pause hub --wait'],
	positionals: lanePeer,
	options: laneOptions,
	run: (context, values) =>
		stepLanes(context, values, {
			method: 'relay.pause',
			left: ({inflight}) => inflight,
			stillOn: ({paused}) => paused,
			finished: 'paused, nothing is being sent',
		}),
});
