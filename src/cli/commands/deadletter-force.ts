import {command} from '../command.js';
import {required} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';

export const deadletterForce = command({
	name: 'relay deadletter force',
	help: 'Bury a record that blocks the queue',
	details:
		'Any record that is not settled becomes a deadletter with the reason FORCED and is sent no more; retry brings it back. Repeating it changes nothing.',
	examples: ['edgectl relay deadletter force seg-1 hub --reason "INC-42: crashes the parser"'],
	positionals: {
		segment: required('SEGMENT-ID', 'the segment', readSegmentId),
		peer: required('PEER-ID', 'the peer', readPeerId),
	},
	async run({call, output, accountable}, {segment, peer}) {
		const answer = await call('relay.deadletter.force', {segment_id: segment, peer_id: peer, ...accountable});
		output.answer(answer, () => [
			answer.forced
				? `${segment} for ${peer} is a deadletter now (FORCED); bring it back with edgectl relay deadletter retry ${segment} ${peer}`
				: `${segment} for ${peer} was a deadletter already; nothing changed`,
		]);
		return undefined;
	},
});
