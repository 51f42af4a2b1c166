import {command} from '../command.js';
import {laneOptions, lanePeer, stepLanes} from '../lanes.js';
import {flag} from '../parameters.js';

export const pause = command({
	name: 'relay pause',
	help: 'Send nothing more, to one peer or to all; what waits stays',
	details:
		'What is being sent finishes, which a large segment at a low rate may take minutes for; --wait returns when it has. --now ends it instead: it goes back, no attempt is counted, and is sent again from its beginning. Kept over restarts, until edgectl relay resume.',
	examples: [
		'edgectl relay pause --reason "INC-42"',
		'edgectl relay pause hub --wait',
		'edgectl relay pause hub --now',
	],
	positionals: lanePeer,
	options: {...laneOptions, now: flag('--now', 'end what is being sent; no attempt is counted')},
	run: (context, values) =>
		// What is ended is back within a second.
		stepLanes(
			context,
			{peer: values.peer, wait: values.wait || values.now},
			{
				method: 'relay.pause',
				endsSends: values.now,
				left: ({queue_depth: {inflight}, sending: {bytes, sent_bytes: sent}}) => ({
					records: inflight,
					bytes: bytes - sent,
				}),
				stillOn: ({paused}) => paused,
				finished: 'paused, nothing is being sent',
			},
		),
});
