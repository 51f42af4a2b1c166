import {PRIORITIES} from '../outbound/priorities.js';
import type {Params} from '../rpc/contract/methods.js';
import type {CommandContext} from './context.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {UsageError} from './failure.js';
import {given} from './given.js';
import {flag, option, optional, type Values} from './parameters.js';
import {readChoice} from './read/choice.js';
import {readPeerId, readSegmentId} from './read/ids.js';
import {readLabel} from './read/label.js';
import {inSteps} from './selection.js';
import {counted, grouped} from './text/numbers.js';

export const heldPositionals = {
	segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
	peerName: optional('PEER-ID', 'the peer; else all that the segment waits for', readPeerId),
};
export const heldOptions = {
	all: flag('--all', 'everything, or what --peer-id, --priority and --label let through'),
	peer: option('--peer-id <P>', 'the peer', readPeerId),
	priority: option(
		'--priority <CLASS>',
		`with --all: only this class: ${PRIORITIES.join(', ')}`,
		readChoice(PRIORITIES),
	),
	label: option('--label <NAME=VALUE>', 'with --all: only segments that carry this label', readLabel),
	dryRun: flag('--dry-run', 'change nothing and say what would be'),
};

export type HoldStep = {
	readonly method: 'relay.hold' | 'relay.release';
	/** The command's name, for usage errors. */
	readonly name: string;
	/** In the past tense. */
	readonly done: 'held' | 'released';
};

type HoldValues = Values<typeof heldPositionals> & Values<typeof heldOptions>;

/** Exit code 1 when some were refused. */
export const runHold = async (
	context: CommandContext,
	values: HoldValues,
	step: HoldStep,
): Promise<ExitCode | undefined> => {
	const params = paramsOf(values, context, step.name);
	const sum = {changed: 0, refused: 0};
	const add = (answer: Answer): void => {
		sum.changed += changedIn(answer);
		sum.refused += answer.refused;
		context.output.progress({
			done: sum.changed,
			total: undefined,
			text: `${grouped(sum.changed)} ${step.done}`,
		});
	};
	if (params.all === true) {
		await inSteps(context.signal, part => context.call(step.method, {...params, ...part}), add);
	} else {
		add(await context.call(step.method, params));
	}
	const isDry = params.dry_run === true;
	const answer = {dry_run: isDry, [step.done]: sum.changed, refused: sum.refused};
	context.output.answer(answer, () => holdText(sum, step, isDry));
	return sum.refused > 0 && !isDry ? EXIT.refused : undefined;
};

type Answer = {
	readonly held?: number;
	readonly released?: number;
	readonly refused: number;
	readonly next_cursor?: string | undefined;
};
const changedIn = ({held, released}: Answer): number => held ?? released ?? 0;

const paramsOf = (
	{all, segment, peerName, peer, priority, label, dryRun}: HoldValues,
	{accountable}: CommandContext,
	name: string,
): Params<'relay.hold'> => {
	const common = {...given({peer_id: peerName ?? peer, dry_run: dryRun || undefined}), ...accountable};
	if (all && segment === undefined) {
		return {all, ...given({priority, label}), ...common} as Params<'relay.hold'>;
	}
	if (all) {
		throw new UsageError('--all goes without a segment id', name);
	}
	if (segment === undefined || priority !== undefined || label !== undefined) {
		throw new UsageError('Name a segment with SEGMENT-ID [PEER-ID], or give --all', name);
	}
	return {segment_id: segment, ...common} as Params<'relay.hold'>;
};

const holdText = (
	{changed, refused}: {readonly changed: number; readonly refused: number},
	{done}: HoldStep,
	isDry: boolean,
): string[] => [
	isDry
		? `dry run: ${counted(changed, 'record')} would be ${done}; nothing was changed`
		: changed === 0 && refused === 0
			? `nothing was ${done}: it is so already, or nothing matches`
			: `${counted(changed, 'record')} ${done}`,
	...(refused === 0
		? []
		: [
				`${counted(refused, 'record')} ${isDry ? 'would be' : ''} refused: being sent; pause the peer first, or repeat it`.replace(
					'  ',
					' ',
				),
			]),
];
