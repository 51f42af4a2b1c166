import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {deadFilterOf, deadFilterOptions} from '../dead-filter.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {reasonFilter} from '../listing.js';
import {eachPageInTurn} from '../pages.js';
import {flag, option, optional} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {counted} from '../text/numbers.js';
import {recordText} from '../text/record.js';

const NAME = 'relay deadletter inspect';

export const deadletterInspect = command({
	name: NAME,
	help: 'A record, dead or not, with every attempt; or all deadletters that match',
	details:
		'By name any record: look before you bury. With --all every deadletter, or those that the filters let through, one below the other in the order of their burial; with --output json a record a line then.',
	examples: [`edgectl ${NAME} seg-1 hub`, `edgectl ${NAME} --all --peer-id hub --reason REJECTED --since 2h`],
	positionals: {
		segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
		peer: optional('PEER-ID', 'the peer', readPeerId),
	},
	options: {
		all: flag('--all', 'every deadletter, or those that the filters let through'),
		peerId: option('--peer-id <P>', 'with --all: only those for this peer', readPeerId),
		reason: reasonFilter,
		...deadFilterOptions,
	},
	async run(context, {segment, peer: peerName, all, peerId, reason, ...filters}) {
		const {call, output} = context;
		const filter = given({reason, ...deadFilterOf(filters, context, NAME)});
		if (all) {
			if (segment !== undefined) {
				throw new UsageError('--all goes without a segment id', NAME);
			}
			await inspectAll(context, given({...filter, peer_id: peerId}));
			return undefined;
		}
		const peer = peerName ?? peerId;
		if (segment === undefined || peer === undefined) {
			throw new UsageError('Name one record with SEGMENT-ID PEER-ID, or give --all', NAME);
		}
		if (Object.keys(filter).length > 0) {
			throw new UsageError('--reason, --since, --older-than and --label go with --all', NAME);
		}
		const record = await call('relay.deadletter.inspect', {segment_id: segment, peer_id: peer});
		output.answer(record, style => recordText(record, style));
		return undefined;
	},
});

const inspectAll = async ({call, output, signal}: CommandContext, filter: object): Promise<void> => {
	let count = 0;
	await eachPageInTurn(
		page => call('relay.deadletter.list', {...filter, ...page}),
		async records => {
			signal.throwIfAborted();
			for (const record of records) {
				count++;
				output.item(record, `${recordText(record, output.style).join('\n')}\n`);
			}
		},
	);
	if (output.format === 'text') {
		output.item({}, counted(count, 'deadletter'));
	}
};
