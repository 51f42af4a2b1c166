import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {flag, option, optional, required} from '../parameters.js';
import {readBytes} from '../read/bytes.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {copyChecked, savePayload} from '../segments/save-payload.js';
import {payloadText} from '../text/payload.js';
import {printable} from '../text/printable.js';
import {recordText} from '../text/record.js';
import type {Style} from '../text/style.js';

const NAME = 'relay inspect';
const DEFAULT_HEAD = 256;
const MAX_HEAD = 65_536;

const readHead = (text: string): number => {
	const bytes = readBytes(text);
	if (bytes < 1 || bytes > MAX_HEAD) {
		throw new Error('Give 1 to 65536 bytes; the whole payload comes with --payload FILE.');
	}
	return bytes;
};

export const inspect = command({
	name: NAME,
	help: 'A segment: its records, their attempts, its payload',
	details:
		'Below the records stands the beginning of the payload while the store has it: as text, or as bytes when it is none. As JSON it is given only with --head.',
	examples: [
		'edgectl relay inspect seg-1',
		'edgectl relay inspect seg-1 hub',
		'edgectl relay inspect seg-1 --head "4 KiB"',
		'edgectl relay inspect seg-1 --payload /tmp/seg-1.bin',
	],
	positionals: {
		segment: required('SEGMENT-ID', 'the segment', readSegmentId),
		peer: optional('PEER-ID', 'only the record for this peer', readPeerId),
	},
	options: {
		payload: option(
			'--payload <FILE>',
			'write the payload to FILE; "-" is the output, and nothing else goes there',
			readLine,
		),
		head: option('--head <BYTES>', `show so much of the payload (default: ${DEFAULT_HEAD} B)`, readHead),
		noPayload: flag('--no-payload', 'show nothing of the payload'),
	},
	async run(context, {segment, peer, payload, head, noPayload}) {
		const {call, output} = context;
		if (noPayload && head !== undefined) {
			throw new UsageError('--no-payload goes without --head', NAME);
		}
		const isShown = !noPayload && payload === undefined && (output.format === 'text' || head !== undefined);
		const answer = await call('relay.inspect', {
			segment_id: segment,
			...given({peer_id: peer}),
			...(isShown ? {head_bytes: head ?? DEFAULT_HEAD} : {}),
		});
		if (payload !== undefined) {
			await download(context, segment, answer.records[0]?.sha256 ?? '', payload);
		}
		if (payload !== '-') {
			output.answer(answer, style => [
				...answer.records.flatMap(record => recordText(record, style)),
				...headText(answer, style),
				...(payload === undefined ? [] : [`payload written to ${payload}`]),
			]);
		}
		return undefined;
	},
});

const headText = (
	{records: [record], payload_head: head}: Result<'relay.inspect'>,
	style: Style,
): string[] => {
	if (head === undefined || record === undefined) {
		return [];
	}
	return 'base64' in head
		? payloadText(Buffer.from(head.base64, 'base64'), record.size_bytes, style)
		: [style('strong', 'Payload'), `  ${printable(head.unavailable)}`];
};

const download = async (
	{openIngest, rawOutput, signal}: CommandContext,
	segmentId: string,
	sha256: string,
	file: string,
): Promise<void> => {
	const stream = await (await openIngest()).fetch(segmentId, signal);
	await (file === '-'
		? copyChecked(stream, rawOutput, sha256, signal)
		: savePayload(stream, file, sha256, signal));
};
