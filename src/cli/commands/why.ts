import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {optional, required} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {whyText} from '../text/why.js';

const NAME = 'relay why';

export const why = command({
	name: NAME,
	help: 'Why a record, or the queue of a peer, is where it is',
	details:
		'One sentence, and below it what it follows from: what is ahead, the link, the rate, what comes next.',
	examples: [`edgectl ${NAME} seg-1 hub`, `edgectl ${NAME} hub`],
	positionals: {
		first: required('SEGMENT-ID|PEER-ID', 'the segment; the peer when it stands alone', readSegmentId),
		peer: optional('PEER-ID', 'the peer', readPeerId),
	},
	async run({call, output}, {first, peer}) {
		const params = peer === undefined ? {peer_id: asPeer(first)} : {segment_id: first, peer_id: peer};
		const answer = await call('relay.why', params);
		output.answer(answer, style => whyText(answer, style));
		return undefined;
	},
});

const asPeer = (text: string): string => {
	try {
		return readPeerId(text);
	} catch (error) {
		throw new UsageError(`A segment goes with a peer: SEGMENT-ID PEER-ID. ${(error as Error).message}`, NAME);
	}
};
