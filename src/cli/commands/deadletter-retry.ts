import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {flag, option, optional} from '../parameters.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readRate} from '../read/rate.js';
import {replay} from '../replay.js';
import {
	type AllParams,
	inSteps,
	matchingText,
	type Selection,
	selectionOf,
	selectionOptions,
	talliesOf,
} from '../selection.js';
import {counted, grouped} from '../text/numbers.js';

const NAME = 'relay deadletter retry';

export const deadletterRetry = command({
	name: NAME,
	help: 'Put deadletters back into the queue',
	details:
		'They get a fresh retry budget, keep their history and take their old place in the queue. A record whose payload is gone cannot be retried. With --rate it is a job of the daemon, which goes on over restarts and retries each record once.',
	examples: [
		`edgectl ${NAME} seg-1 hub`,
		`edgectl ${NAME} --all --peer-id hub --reason MAX_RETRIES`,
		`edgectl ${NAME} --all --since 2h --dry-run`,
		`edgectl ${NAME} --all --peer-id hub --rate 50 --wait`,
	],
	positionals: {
		segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
		peerName: optional('PEER-ID', 'the peer', readPeerId),
	},
	options: {
		...selectionOptions,
		rate: option('--rate <N>', 'with --all: not at once, but so many a second, as a job', readRate),
		wait: flag('--wait', 'with --rate: show how far it is until it has ended; Ctrl-C leaves it running'),
	},
	async run(context, {segment, peerName, dryRun, yes, rate, wait, ...values}) {
		const named = {...values, segment, peer: peerName ?? values.peer};
		const selection = selectionOf(named, context, {command: NAME, form: 'SEGMENT-ID PEER-ID'});
		if (selection.kind === 'one' && rate !== undefined) {
			throw new UsageError('--rate goes with --all', NAME);
		}
		if (wait && rate === undefined) {
			throw new UsageError('--wait goes with --rate; without it the answer comes when all is done', NAME);
		}
		if (dryRun) {
			return preview(context, selection);
		}
		if (selection.kind === 'one') {
			return retryOne(context, selection);
		}
		if (!(yes || (await isMeant(context, selection.params)))) {
			return EXIT.refused;
		}
		return rate === undefined
			? retryAll(context, selection.params)
			: replay(context, selection.params, {rate, isWaitedFor: wait});
	},
});

const retryOne = async (
	{call, output}: CommandContext,
	{params}: Extract<Selection, {kind: 'one'}>,
): Promise<undefined> => {
	const answer = await call('relay.deadletter.retry', params);
	output.answer(answer, () => [`${params.segment_id} for ${params.peer_id} is scheduled again`]);
};

type Dry = Extract<Result<'relay.deadletter.retry'>, {dry_run: true}>;

const ask = async ({call}: CommandContext, {params}: Pick<Selection, 'params'>): Promise<Dry> =>
	(await call('relay.deadletter.retry', {...params, dry_run: true})) as Dry;

const preview = async (context: CommandContext, selection: Selection): Promise<undefined> => {
	const answer = await ask(context, selection);
	const {would_retry: would, would_refuse: refused, matching} = answer;
	const what =
		selection.kind === 'all'
			? counted(would, 'deadletter')
			: `${selection.params.segment_id} for ${selection.params.peer_id}`;
	const verdict =
		selection.kind === 'one' && would === 0
			? `${what} would be refused: it is no deadletter, or its payload is gone`
			: `${what} would be scheduled again; nothing was changed`;
	context.output.answer(answer, () => [
		`dry run: ${verdict}`,
		...(selection.kind === 'all' ? matchingText(matching) : []),
		...(selection.kind === 'all' && refused > 0
			? [`${counted(refused, 'deadletter')} would be refused: the payload is gone`]
			: []),
	]);
};

const isMeant = async (context: CommandContext, params: AllParams): Promise<boolean> => {
	if (context.ask === undefined) {
		return true;
	}
	const {would_retry: records, matching} = await ask(context, {params});
	const question = 'Put them back into the queue';
	return isConfirmed(context, {records, noun: 'deadletter', tallies: talliesOf(matching), question});
};

type Sum = {retried: number; refused: number};

const retryAll = async (
	{call, output, signal}: CommandContext,
	params: AllParams,
): Promise<ExitCode | undefined> => {
	const sum: Sum = {retried: 0, refused: 0};
	await inSteps(
		signal,
		async step =>
			(await call('relay.deadletter.retry', {...params, ...step})) as Sum & {next_cursor?: string},
		({retried, refused}) => {
			sum.retried += retried;
			sum.refused += refused;
			output.progress({done: sum.retried, total: undefined, text: `${grouped(sum.retried)} retried`});
		},
	);
	output.answer(sum, () => retriedText(sum));
	return sum.refused > 0 ? EXIT.refused : undefined;
};

const retriedText = ({retried, refused}: Sum): string[] => [
	`${counted(retried, 'deadletter')} scheduled again`,
	...(refused === 0
		? []
		: [
				`${counted(refused, 'deadletter')} refused: the payload is gone (SEGMENT_MISSING); remove them with edgectl relay deadletter purge`,
			]),
];
