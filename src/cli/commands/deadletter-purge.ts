import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {flag, option} from '../parameters.js';
import {readSegmentId} from '../read/ids.js';
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

const NAME = 'relay deadletter purge';

export const deadletterPurge = command({
	name: NAME,
	help: 'Remove deadletters for good; says what would go until --force',
	details:
		'Without --force nothing is removed; at a terminal you are asked whether those that match are meant. The delivery record is gone for ever; the payload stays in the store until its retention ends.',
	examples: [
		`edgectl ${NAME} --segment-id seg-1 --peer-id hub`,
		`edgectl ${NAME} --segment-id seg-1 --peer-id hub --force`,
		`edgectl ${NAME} --all --reason EXPIRED --older-than 7d --force`,
	],
	options: {
		segment: option('--segment-id <S>', 'the segment', readSegmentId),
		...selectionOptions,
		force: flag('--force', 'remove them; without it this is a dry run'),
	},
	async run(context, {force, yes, dryRun, ...values}) {
		const selection = selectionOf(values, context, {command: NAME, form: '--segment-id and --peer-id'});
		if (dryRun || !(force || (yes && selection.kind === 'all'))) {
			return preview(context, selection, dryRun);
		}
		return selection.kind === 'one' ? purgeOne(context, selection) : purgeAll(context, selection.params);
	},
});

type Dry = Extract<Result<'relay.deadletter.purge'>, {dry_run: true}>;

/** At a terminal many may be purged out of it. */
const preview = async (
	context: CommandContext,
	selection: Selection,
	isDryOnly: boolean,
): Promise<ExitCode | undefined> => {
	const {call, output, ask} = context;
	const answer = (await call('relay.deadletter.purge', {...selection.params})) as Dry;
	const would = answer.would_purge;
	if (selection.kind === 'all' && would > 1 && !isDryOnly && ask !== undefined) {
		const question = 'Purge them for good';
		const tallies = talliesOf(answer.matching);
		return (await isConfirmed(context, {records: would, noun: 'deadletter', tallies, question}))
			? purgeAll(context, selection.params)
			: EXIT.refused;
	}
	output.answer(answer, style => [
		`dry run: ${verdict(selection, would)}`,
		...(selection.kind === 'all' ? matchingText(answer.matching) : []),
		...(would > 0 ? [style('warn', 'Purging cannot be undone. To do it, add --force.')] : []),
	]);
	return undefined;
};

const verdict = ({kind, params}: Selection, would: number): string => {
	if (kind === 'all') {
		return `${counted(would, 'deadletter')} would be purged; nothing was removed`;
	}
	const what = `the record of ${params.segment_id} for ${params.peer_id}`;
	return would === 0
		? `${what} is no deadletter, and --force would be refused`
		: `${what} would be purged; nothing was removed`;
};

const purgeOne = async (
	{call, output}: CommandContext,
	{params}: Extract<Selection, {kind: 'one'}>,
): Promise<undefined> => {
	const answer = await call('relay.deadletter.purge', {...params, force: true});
	output.answer(answer, () => [`purged the record of ${params.segment_id} for ${params.peer_id}`]);
};

const purgeAll = async ({call, output, signal}: CommandContext, params: AllParams): Promise<undefined> => {
	let purged = 0;
	await inSteps(
		signal,
		async (step): Promise<{readonly purged: number; readonly next_cursor?: string | undefined}> => {
			const answer = await call('relay.deadletter.purge', {...params, ...step, force: true});
			return answer.dry_run ? {purged: 0} : answer;
		},
		answer => {
			purged += answer.purged;
			output.progress({done: purged, total: undefined, text: `${grouped(purged)} purged`});
		},
	);
	output.answer({dry_run: false, purged}, () => [`${counted(purged, 'deadletter')} purged`]);
};
