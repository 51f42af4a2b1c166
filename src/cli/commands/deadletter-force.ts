import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {EXIT} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {flag, option, optional} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {counted, grouped} from '../text/numbers.js';

const NAME = 'relay deadletter force';
/** Records that one call buries: long work stays interruptible, and no answer is waited for in vain. */
const STEP = 10_000;

export const deadletterForce = command({
	name: NAME,
	help: 'Bury a record that blocks the queue, or all that wait for a peer',
	details:
		'Any record that is not settled becomes a deadletter with the reason FORCED and is sent no more; retry brings it back. Repeating it changes nothing. With --all, everything that waits for the peer, configured or not, also what broke alone and is kept aside; what is being sent is left alone.',
	examples: [
		`edgectl ${NAME} seg-1 hub --reason "INC-42: crashes the parser"`,
		`edgectl ${NAME} --all --peer-id old-hub --reason "scrapped"`,
	],
	positionals: {
		segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
		peer: optional('PEER-ID', 'the peer', readPeerId),
	},
	options: {
		all: flag('--all', 'everything that waits for the peer that --peer-id names'),
		allOf: option('--peer-id <P>', 'the peer, with --all', readPeerId),
		dryRun: flag('--dry-run', 'change nothing and say what would be'),
		yes: flag('--yes', 'do not ask, at a terminal, whether more than one record is meant'),
	},
	async run(context, {segment, peer, all, allOf, dryRun, yes}) {
		if (all) {
			if (segment !== undefined || allOf === undefined) {
				throw new UsageError('--all goes with --peer-id and without a segment id', NAME);
			}
			if (dryRun) {
				return previewAll(context, allOf);
			}
			if (!(yes || (await isMeant(context, allOf)))) {
				return EXIT.refused;
			}
			await forceAll(context, allOf);
			return undefined;
		}
		if (segment === undefined || peer === undefined || allOf !== undefined) {
			throw new UsageError('Name one record with SEGMENT-ID PEER-ID, or give --all --peer-id P', NAME);
		}
		await (dryRun ? previewOne(context, segment, peer) : forceOne(context, segment, peer));
		return undefined;
	},
});

type Dry = Extract<Result<'relay.deadletter.force'>, {dry_run: true}>;

const previewOne = async ({call, output}: CommandContext, segment: string, peer: string): Promise<void> => {
	const params = {segment_id: segment, peer_id: peer, dry_run: true} as const;
	const answer = (await call('relay.deadletter.force', params)) as Dry;
	output.answer(answer, () => [
		`dry run: ${segment} for ${peer} ${answer.would_force === 0 ? 'is a deadletter already' : 'would be a deadletter (FORCED)'}; nothing was changed`,
	]);
};

const askAll = async ({call}: CommandContext, peer: string): Promise<Dry> =>
	(await call('relay.deadletter.force', {all: true, peer_id: peer, dry_run: true})) as Dry;

const previewAll = async (context: CommandContext, peer: string): Promise<undefined> => {
	const answer = await askAll(context, peer);
	const {would_force: would, inflight = 0} = answer;
	context.output.answer(answer, () => [
		`dry run: ${counted(would, 'record')} for ${peer} would be ${would === 1 ? 'a deadletter' : 'deadletters'} (FORCED); nothing was changed`,
		...(inflight === 0 ? [] : [`  ${grouped(inflight)} being sent would be left alone`]),
	]);
};

const isMeant = async (context: CommandContext, peer: string): Promise<boolean> => {
	if (context.ask === undefined) {
		return true;
	}
	const {would_force: records} = await askAll(context, peer);
	const question = 'Make deadletters of them';
	return isConfirmed(context, {
		records,
		noun: 'waiting record',
		tallies: {peers: {[peer]: records}},
		question,
	});
};

const forceOne = async (
	{call, output, accountable}: CommandContext,
	segment: string,
	peer: string,
): Promise<void> => {
	const answer = await call('relay.deadletter.force', {segment_id: segment, peer_id: peer, ...accountable});
	output.answer(answer, () => [
		'forced' in answer && answer.forced
			? `${segment} for ${peer} is a deadletter now (FORCED); bring it back with edgectl relay deadletter retry ${segment} ${peer}`
			: `${segment} for ${peer} was a deadletter already; nothing changed`,
	]);
};

type Buried = Extract<Result<'relay.deadletter.force'>, {buried: number}>;

/** Until nothing waits, or as much is buried as waited at the beginning. Ctrl-C ends it between two calls. */
const forceAll = async ({call, output, accountable, signal}: CommandContext, peer: string): Promise<void> => {
	let total = 0;
	let most = Number.POSITIVE_INFINITY;
	let last: Buried;
	do {
		signal.throwIfAborted();
		last = (await call('relay.deadletter.force', {
			all: true,
			peer_id: peer,
			limit: STEP,
			...accountable,
		})) as Buried;
		total += last.buried;
		most = Math.min(most, total + last.left.waiting);
		output.progress({done: total, total: most, text: `${grouped(total)} buried`});
	} while (last.buried > 0 && last.left.waiting > 0 && total < most);
	const {left} = last;
	const rest = left.waiting + left.inflight;
	output.answer({buried: total, left}, () => [
		`${counted(total, 'record')} for ${peer} ${total === 1 ? 'is a deadletter' : 'are deadletters'} now (FORCED)`,
		...(rest === 0
			? []
			: [
					`  left: ${grouped(left.waiting)} waiting, ${grouped(left.inflight)} being sent; to end them too, pause ${peer} and repeat it`,
				]),
	]);
};
