import {command} from '../command.js';
import {laneOptions, lanePeer, stepLanes} from '../lanes.js';

export const drain = command({
	name: 'relay drain',
	help: 'Take no new segments and finish the queue, of one peer or of all',
	details:
		'--wait returns when everything is delivered, says meanwhile what is left and what stands in the way, and with --timeout gives up with exit 1; the drain goes on. Deadletters stay where they are. Kept over restarts, until edgectl relay resume.',
	examples: [
		'edgectl relay drain hub --wait --timeout 10m',
		'edgectl relay drain --reason "moving to a new gateway"',
	],
	positionals: lanePeer,
	options: laneOptions,
	run: (context, values) =>
		stepLanes(context, values, {
			method: 'relay.drain',
			left: ({queue_depth: {inflight, scheduled, failed}, waiting_bytes: bytes, sending}) => ({
				records: inflight + scheduled + failed,
				bytes: Math.max(0, bytes - sending.sent_bytes),
			}),
			stillOn: ({draining}) => draining,
			finished: 'drained, nothing is left',
		}),
});
