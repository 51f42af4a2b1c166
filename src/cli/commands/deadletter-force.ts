import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {EXIT} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {flag, option, optional} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {counted, grouped} from '../text/numbers.js';
import {waitingFilterOf, waitingFilterOptions} from '../waiting-filter.js';

const NAME = 'relay deadletter force';
/** Records that one call buries: long work stays interruptible, and no answer is waited for in vain. */
const STEP = 10_000;

export const deadletterForce = command({
	name: NAME,
	help: 'Bury a record that blocks the queue, or all that wait',
	details:
		'Any record that is not settled becomes a deadletter with the reason FORCED and is sent no more; retry brings it back. Repeating it changes nothing. With --all, everything that waits, for one peer, configured or not, or for all; the filters let through what waits in the queue, what is held included. What broke alone and is kept aside goes too when there is no filter; what is being sent is left alone. --reason is always why you do it.',
	examples: [
		`edgectl ${NAME} seg-1 hub --reason "INC-42: crashes the parser"`,
		`edgectl ${NAME} --all --peer-id old-hub --reason "scrapped"`,
		`edgectl ${NAME} --all --label kind=images --older-than 7d --dry-run`,
	],
	positionals: {
		segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
		peer: optional('PEER-ID', 'the peer', readPeerId),
	},
	options: {
		...waitingFilterOptions,
		all: flag('--all', 'everything that waits, or what the filters let through'),
		peerId: option('--peer-id <P>', 'with --all: only what waits for this peer', readPeerId),
		dryRun: flag('--dry-run', 'change nothing and say what would be'),
		yes: flag('--yes', 'do not ask, at a terminal, whether more than one record is meant'),
	},
	async run(context, {segment, peer, all, peerId, dryRun, yes, ...filters}) {
		const filter = waitingFilterOf(filters, context, NAME);
		if (!all) {
			if (
				segment === undefined ||
				peer === undefined ||
				peerId !== undefined ||
				Object.keys(filter).length > 0
			) {
				throw new UsageError('Name one record with SEGMENT-ID PEER-ID, or give --all', NAME);
			}
			await (dryRun ? previewOne(context, segment, peer) : forceOne(context, segment, peer));
			return undefined;
		}
		if (segment !== undefined) {
			throw new UsageError('--all goes with --peer-id and filters, without a segment id', NAME);
		}
		const which = given({...filter, peer_id: peerId});
		if (dryRun) {
			return previewAll(context, which);
		}
		if (!(yes || (await isMeant(context, which)))) {
			return EXIT.refused;
		}
		await forceAll(context, which);
		return undefined;
	},
});

/** What `--all` means. */
type Which = ReturnType<typeof waitingFilterOf> & {readonly peer_id?: string};
type Dry = Extract<Result<'relay.deadletter.force'>, {dry_run: true}>;

const whose = ({peer_id: peer}: Which): string => (peer === undefined ? '' : ` for ${peer}`);

const previewOne = async ({call, output}: CommandContext, segment: string, peer: string): Promise<void> => {
	const params = {segment_id: segment, peer_id: peer, dry_run: true} as const;
	const answer = (await call('relay.deadletter.force', params)) as Dry;
	output.answer(answer, () => [
		`dry run: ${segment} for ${peer} ${answer.would_force === 0 ? 'is a deadletter already' : 'would be a deadletter (FORCED)'}; nothing was changed`,
	]);
};

const askAll = async ({call}: CommandContext, which: Which): Promise<Dry> =>
	(await call('relay.deadletter.force', {all: true, ...which, dry_run: true})) as Dry;

const previewAll = async (context: CommandContext, which: Which): Promise<undefined> => {
	const answer = await askAll(context, which);
	const {would_force: would, inflight = 0} = answer;
	context.output.answer(answer, () => [
		`dry run: ${counted(would, 'record')}${whose(which)} would be ${would === 1 ? 'a deadletter' : 'deadletters'} (FORCED); nothing was changed`,
		...(inflight === 0 ? [] : [`  ${grouped(inflight)} being sent would be left alone`]),
	]);
};

const isMeant = async (context: CommandContext, which: Which): Promise<boolean> => {
	if (context.ask === undefined) {
		return true;
	}
	const {would_force: records} = await askAll(context, which);
	const {peer_id: peer} = which;
	return isConfirmed(context, {
		records,
		noun: 'waiting record',
		tallies: peer === undefined ? {} : {peers: {[peer]: records}},
		question: 'Make deadletters of them',
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

/**
 * With a filter until the cursor ends; without, until nothing waits, or as much is buried as waited at the beginning. Ctrl-C ends it
 * between two calls.
 */
const forceAll = async ({call, output, accountable, signal}: CommandContext, which: Which): Promise<void> => {
	const isFiltered = Object.keys(which).some(name => name !== 'peer_id');
	let total = 0;
	let most = Number.POSITIVE_INFINITY;
	let cursor: string | undefined;
	let last: Buried;
	do {
		signal.throwIfAborted();
		last = (await call('relay.deadletter.force', {
			all: true,
			...which,
			...given({cursor}),
			limit: STEP,
			...accountable,
		})) as Buried;
		total += last.buried;
		cursor = last.next_cursor;
		most = Math.min(most, total + last.left.waiting);
		const end = isFiltered ? undefined : most;
		output.progress({done: total, total: end, text: `${grouped(total)} buried`});
	} while (isFiltered ? cursor !== undefined : last.buried > 0 && last.left.waiting > 0 && total < most);
	output.answer({buried: total, left: last.left}, () => buriedText(total, last, which, isFiltered));
};

const buriedText = (total: number, {left}: Buried, which: Which, isFiltered: boolean): string[] => {
	const {peer_id: peer} = which;
	const rest = left.waiting + left.inflight;
	const advice = isFiltered ? '' : `; to end them too, pause ${peer ?? 'the peers'} and repeat it`;
	return [
		total === 0 && isFiltered
			? 'nothing was buried: nothing matches'
			: `${counted(total, 'record')}${whose(which)} ${total === 1 ? 'is a deadletter' : 'are deadletters'} now (FORCED)`,
		...(rest === 0
			? []
			: [`  left: ${grouped(left.waiting)} waiting, ${grouped(left.inflight)} being sent${advice}`]),
	];
};
