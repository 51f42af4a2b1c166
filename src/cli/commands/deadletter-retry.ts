import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {EXIT} from '../exit-codes.js';
import {optional} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {inSteps, selectionOf, selectionOptions} from '../selection.js';
import {counted, grouped} from '../text/numbers.js';

const NAME = 'relay deadletter retry';

export const deadletterRetry = command({
	name: NAME,
	help: 'Put deadletters back into the queue',
	details:
		'They get a fresh retry budget, keep their history and take their old place in the queue. A record whose payload is gone cannot be retried.',
	examples: [`edgectl ${NAME} seg-1 hub`, `edgectl ${NAME} --all --peer-id hub --reason MAX_RETRIES`],
	positionals: {
		segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
		peerName: optional('PEER-ID', 'the peer', readPeerId),
	},
	options: selectionOptions,
	async run(context, {segment, peerName, ...values}) {
		const {call, output, signal} = context;
		const named = {...values, segment, peer: peerName ?? values.peer};
		const selection = selectionOf(named, context, {command: NAME, form: 'SEGMENT-ID PEER-ID'});
		if (selection.kind === 'one') {
			const answer = await call('relay.deadletter.retry', selection.params);
			const {segment_id, peer_id} = selection.params;
			output.answer(answer, () => [`${segment_id} for ${peer_id} is scheduled again`]);
			return undefined;
		}
		const sum: Result<'relay.deadletter.retry'> = {retried: 0, refused: 0};
		await inSteps(
			signal,
			step => call('relay.deadletter.retry', {...selection.params, ...step}),
			({retried, refused}) => {
				sum.retried += retried;
				sum.refused += refused;
				output.progress({done: sum.retried, total: undefined, text: `${grouped(sum.retried)} retried`});
			},
		);
		output.answer(sum, () => retriedText(sum));
		return sum.refused > 0 ? EXIT.refused : undefined;
	},
});

const retriedText = ({retried, refused}: Result<'relay.deadletter.retry'>): string[] => [
	`${counted(retried, 'deadletter')} scheduled again`,
	...(refused === 0
		? []
		: [
				`${counted(refused, 'deadletter')} refused: the payload is gone (SEGMENT_MISSING); remove them with edgectl relay deadletter purge`,
			]),
];
