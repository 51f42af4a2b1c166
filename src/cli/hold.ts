import type {Result} from '../rpc/contract/methods.js';
import {isConfirmed} from './confirm.js';
import type {CommandContext} from './context.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {UsageError} from './failure.js';
import {given} from './given.js';
import {flag, option, optional, type Values} from './parameters.js';
import {readPeerId, readSegmentId} from './read/ids.js';
import {inSteps} from './selection.js';
import {counted, grouped} from './text/numbers.js';
import {waitingFilterOf, waitingFilterOptions} from './waiting-filter.js';

export const heldPositionals = {
	segment: optional('SEGMENT-ID', 'the segment', readSegmentId),
	peerName: optional('PEER-ID', 'the peer; else all that the segment waits for', readPeerId),
};
export const heldOptions = {
	all: flag('--all', 'everything that waits, or what the filters let through'),
	peer: option('--peer-id <P>', 'the peer', readPeerId),
	...waitingFilterOptions,
	dryRun: flag('--dry-run', 'change nothing and say what would be'),
};
/** Of the verbs that cannot simply be taken back. */
export const changeOptions = {
	...heldOptions,
	yes: flag('--yes', 'do not ask, at a terminal, whether more than one record is meant'),
};

type ChangeMethod = 'relay.hold' | 'relay.release' | 'relay.set_priority' | 'relay.move' | 'relay.expire';
export type ChangeStep = {
	readonly method: ChangeMethod;
	/** The command's name, for usage errors. */
	readonly name: string;
	/** How the answer names what was changed. */
	readonly field: 'held' | 'released' | 'reprioritised' | 'moved' | 'expired';
	/** In the past tense. */
	readonly done: string;
	/** What the method takes besides. */
	readonly also?: Readonly<Record<string, unknown>>;
	/** Put to who sits at a terminal before more than one record changes; without its mark. */
	readonly question?: string;
};

type ChangeValues = Values<typeof heldPositionals> &
	Omit<Values<typeof heldOptions>, 'state'> & {readonly state: string | undefined; readonly yes?: boolean};
type Because = Result<'relay.hold'>['refused_because'];
type Answer = {
	readonly refused: number;
	readonly refused_because?: Because;
	readonly next_cursor?: string | undefined;
};
type Sum = {changed: number; refused: number; readonly because: Record<string, number>};

/** Exit code 1 when some were refused, or it was not confirmed. */
export const runChange = async (
	context: CommandContext,
	values: ChangeValues,
	step: ChangeStep,
): Promise<ExitCode | undefined> => {
	const params = paramsOf(values, context, step);
	const isDry = params['dry_run'] === true;
	// A segment without a peer is all that waits of it.
	const mayBeMany = params['all'] === true || params['peer_id'] === undefined;
	const isAsked = step.question !== undefined && mayBeMany && !isDry && !values.yes;
	if (isAsked && context.ask !== undefined) {
		const {changed, because} = await total(context, step, {...params, dry_run: true});
		const peer = params['peer_id'];
		const tallies = {
			...(typeof peer === 'string' && {peer: {[peer]: changed}}),
			...(Object.keys(because).length > 0 && {'refused besides': because}),
		};
		const intent = {records: changed, noun: 'record', tallies, question: step.question};
		if (!(await isConfirmed(context, intent))) {
			return EXIT.refused;
		}
	}
	const sum = await total(context, step, params);
	const {changed, refused, because} = sum;
	const told = refused === 0 ? {} : {refused_because: because};
	context.output.answer({dry_run: isDry, [step.field]: changed, refused, ...told}, () =>
		changeText(sum, step, isDry),
	);
	return refused > 0 && !isDry ? EXIT.refused : undefined;
};

const total = async (
	{call, output, signal}: CommandContext,
	{method, field, done}: ChangeStep,
	params: Readonly<Record<string, unknown>>,
): Promise<Sum> => {
	const sum: Sum = {changed: 0, refused: 0, because: {}};
	const ask = async (part: object): Promise<Answer> =>
		(await call(method, {...params, ...part} as never)) as unknown as Answer;
	const add = (answer: Answer): void => {
		sum.changed += (answer as unknown as Record<string, number>)[field] ?? 0;
		sum.refused += answer.refused;
		for (const [why, count] of Object.entries(answer.refused_because ?? {})) {
			sum.because[why] = (sum.because[why] ?? 0) + (count ?? 0);
		}
		if (params['dry_run'] !== true) {
			output.progress({done: sum.changed, total: undefined, text: `${grouped(sum.changed)} ${done}`});
		}
	};
	if (params['all'] === true) {
		await inSteps(signal, ask, add);
	} else {
		add(await ask({}));
	}
	return sum;
};

const paramsOf = (
	{all, segment, peerName, peer, priority, label, state, since, olderThan, dryRun}: ChangeValues,
	{accountable, time}: CommandContext,
	{name, also}: ChangeStep,
): Readonly<Record<string, unknown>> => {
	const common = {
		...given({peer_id: peerName ?? peer, dry_run: dryRun || undefined}),
		...also,
		...accountable,
	};
	const filter = waitingFilterOf({priority, label, state, since, olderThan}, {time}, name);
	if (all && segment === undefined) {
		return {all, ...filter, ...common};
	}
	if (all) {
		throw new UsageError('--all goes without a segment id', name);
	}
	if (segment === undefined || Object.keys(filter).length > 0) {
		throw new UsageError('Name a segment with SEGMENT-ID [PEER-ID], or give --all', name);
	}
	return {segment_id: segment, ...common};
};

const changeText = ({changed, refused, because}: Sum, {done}: ChangeStep, isDry: boolean): string[] => [
	isDry
		? `dry run: ${counted(changed, 'record')} would be ${done}; nothing was changed`
		: changed === 0 && refused === 0
			? `nothing was ${done}: it is so already, or nothing matches`
			: `${counted(changed, 'record')} ${done}`,
	...(Object.keys(because).length === 0 ? (refused === 0 ? [] : [line(refused, 'being_sent', isDry)]) : []),
	...Object.entries(because).map(([why, count]) => line(count, why, isDry)),
];

const line = (count: number, why: string, isDry: boolean): string =>
	`${counted(count, 'record')} ${isDry ? 'would be refused' : 'refused'}: ${WHY[why] ?? why}`;

const WHY: Readonly<Record<string, string>> = {
	being_sent: 'being sent; pause the peer first, or repeat it',
	has_it: 'the other peer has it already, or had it; give it up with edgectl relay deadletter force',
	payload_gone: 'the payload is gone (SEGMENT_MISSING); it can only be purged',
	too_large: 'it could never be sent within the daily quota',
};
