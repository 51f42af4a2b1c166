import {command} from '../command.js';
import {laneOptions, lanePeer, stepLanes} from '../lanes.js';

export const resume = command({
	name: 'relay resume',
	help: 'End a pause or a drain, of one peer or of all',
	examples: ['edgectl relay resume', 'edgectl relay resume hub'],
	positionals: lanePeer,
	options: laneOptions,
	run: (context, values) =>
		stepLanes(context, values, {
			method: 'relay.resume',
			left: () => ({records: 0, bytes: 0}),
			stillOn: () => true,
			finished: 'resumed',
		}),
});
