import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {given} from '../given.js';
import {option, optional, required} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {copyChecked, savePayload} from '../segments/save-payload.js';
import {recordText} from '../text/record.js';

export const inspect = command({
	name: 'relay inspect',
	help: 'A segment: its records, their attempts, its payload',
	examples: [
		'edgectl relay inspect seg-1',
		'edgectl relay inspect seg-1 hub',
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
	},
	async run(context, {segment, peer, payload}) {
		const {call, output} = context;
		const answer = await call('relay.inspect', {segment_id: segment, ...given({peer_id: peer})});
		if (payload !== undefined) {
			await download(context, segment, answer.records[0]?.sha256 ?? '', payload);
		}
		if (payload !== '-') {
			output.answer(answer, style => [
				...answer.records.flatMap(record => recordText(record, style)),
				...(payload === undefined ? [] : [`payload written to ${payload}`]),
			]);
		}
		return undefined;
	},
});

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
