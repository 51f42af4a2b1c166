import {EdgedError, type EdgedErrorCode} from '../../outbound/errors.js';
import {isPeerId} from '../../outbound/names.js';
import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import type {Call} from '../context.js';
import {optional, required} from '../parameters.js';
import {readPeerId, readSegmentOrPeerId} from '../read/ids.js';
import {printable} from '../text/printable.js';
import {whyText} from '../text/why.js';

const NAME = 'relay why';

type Why = Result<'relay.why'>;

export const why = command({
	name: NAME,
	help: 'Why a record, or the queue of a peer, is where it is',
	details:
		'One sentence, and below it what it follows from: what is ahead, the link, the rate, what comes next. ' +
		'A segment without its peer: one sentence for each of its peers. An id that names both is the peer.',
	examples: [`edgectl ${NAME} seg-1 hub`, `edgectl ${NAME} hub`, `edgectl ${NAME} seg-1`],
	positionals: {
		first: required('SEGMENT-ID|PEER-ID', 'a segment, or a peer', readSegmentOrPeerId),
		peer: optional('PEER-ID', 'the peer that the segment is for', readPeerId),
	},
	async run({call, output}, {first, peer}) {
		const answers =
			peer === undefined
				? await whyAlone(call, first)
				: [await call('relay.why', {segment_id: first, peer_id: peer})];
		const [only] = answers;
		if (only !== undefined && answers.length === 1) {
			output.answer(only, style => whyText(only, style));
			return undefined;
		}
		for (const answer of answers) {
			output.item(answer, printable(answer.sentence));
		}
		return undefined;
	},
});

const whyAlone = async (call: Call, id: string): Promise<readonly Why[]> => {
	const ofPeer = isPeerId(id) ? await unless('UNKNOWN_PEER', call('relay.why', {peer_id: id})) : undefined;
	if (ofPeer !== undefined) {
		return [ofPeer];
	}
	const segment = await unless('NOT_FOUND', call('relay.inspect', {segment_id: id}));
	if (segment === undefined) {
		throw new EdgedError('NOT_FOUND', `${id} is neither a peer nor a segment that is known here`);
	}
	const answers: Why[] = [];
	for (const {peer_id: peer} of segment.records) {
		answers.push(await call('relay.why', {segment_id: id, peer_id: peer}));
	}
	return answers;
};

/** `undefined` when the daemon refuses with `code`. */
const unless = async <Answer>(code: EdgedErrorCode, asked: Promise<Answer>): Promise<Answer | undefined> => {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof EdgedError && error.code === code) {
			return undefined;
		}
		throw error;
	}
};
