import {command} from '../command.js';
import {required} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {recordText} from '../text/record.js';

export const deadletterInspect = command({
	name: 'relay deadletter inspect',
	help: 'One record, dead or not, with every attempt',
	examples: ['edgectl relay deadletter inspect seg-1 hub'],
	positionals: {
		segment: required('SEGMENT-ID', 'the segment', readSegmentId),
		peer: required('PEER-ID', 'the peer', readPeerId),
	},
	async run({call, output}, {segment, peer}) {
		const record = await call('relay.deadletter.inspect', {segment_id: segment, peer_id: peer});
		output.answer(record, style => recordText(record, style));
		return undefined;
	},
});
