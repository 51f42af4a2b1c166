import {
	autonomyCommand,
	RELAY_STRATEGIES,
	type RelayStrategy,
	ROLLBACK_ID_PATTERN,
	ROLLBACK_TARGETS,
} from '../../outbound/rollback.js';
import type {Arguments, Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {flag, option} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {rollbackLine, type Typed} from '../rollback-line.js';
import {type Resource, resourceOf} from '../rollback-resource.js';
import {executedText, undoneText} from '../text/rollback.js';

const NAME = 'rollback execute';
const STRATEGIES: readonly RelayStrategy[] = Object.values(RELAY_STRATEGIES).flat();

const readRollbackId = (text: string): string => {
	if (!ROLLBACK_ID_PATTERN.test(text.trim())) {
		throw new Error(
			'Give it as rollback execute has printed it: rb-... (edgectl rollback preview lists them).',
		);
	}
	return text.trim();
};

export const rollbackExecute = command({
	name: NAME,
	help: 'Stop delivery, bury, retry or purge in one audited act; --undo takes a suspension back',
	details:
		'relay_suspend: throttle (1 byte/s), pause or drain, of one peer or of all; --undo gives back exactly the rates and modes that were before, but for what somebody has changed since. relay_deadletter: force, retry or purge a record, or all of a peer; not to be undone. What the strategies do: edgectl rollback preview. Recorded as rollback.executed and rollback.undone.',
	examples: [
		`edgectl ${NAME} --target relay_suspend --strategy pause --reason "INC-42: link flooded"`,
		`edgectl ${NAME} --target relay_suspend --strategy throttle --resource hub --reason "INC-42"`,
		`edgectl ${NAME} --undo rb-1hn5c0q0g-5f0c1a2b`,
		`edgectl ${NAME} --target relay_deadletter --strategy force --resource seg-1/hub --reason "INC-42"`,
		`edgectl ${NAME} --target relay_deadletter --strategy purge --peer-id hub --yes --reason "INC-42"`,
	],
	options: {
		target: option('--target <TARGET>', 'relay_suspend or relay_deadletter', readChoice(ROLLBACK_TARGETS)),
		strategy: option('--strategy <S>', `one of ${STRATEGIES.join(', ')}`, readLine),
		resource: option('--resource <R>', 'PEER-ID, or SEGMENT-ID/PEER-ID of a deadletter', readLine),
		segment: option('--segment-id <S>', 'the segment, with --peer-id', readSegmentId),
		peer: option('--peer-id <P>', 'this peer alone; of deadletters all of it', readPeerId),
		undo: option(
			'--undo <ROLLBACK-ID>',
			'stands alone: give back what that rollback has changed',
			readRollbackId,
		),
		orchestratorUrl: option(
			'--orchestrator-url <URL>',
			'accepted for lines written for the control plane; nothing is asked of it',
			readLine,
		),
		yes: flag('--yes', 'do not ask whether it is meant; a purge needs it'),
		force: flag('--force', 'the same'),
	},
	async run(context, {target, strategy, undo, yes, force, orchestratorUrl: _, ...named}) {
		if (undo !== undefined) {
			const isAlone = [target, strategy, ...Object.values(named)].every(value => value === undefined);
			if (!isAlone) {
				throw new UsageError('--undo ROLLBACK-ID stands alone', NAME);
			}
			return takeBack(context, undo);
		}
		if (target === undefined) {
			throw new UsageError('Name --target and --strategy, or give --undo ROLLBACK-ID', NAME);
		}
		if (target !== 'relay_suspend' && target !== 'relay_deadletter') {
			context.output.complain(
				`${target} belongs to the control plane, edgectl does not do it. There: ${autonomyCommand(target)}`,
			);
			return EXIT.refused;
		}
		const isMeant = yes || force;
		const typed = {target, strategy, ...named, reason: context.accountable.reason};
		const call = withLine(typed, () =>
			callOf(context, {target, strategy, isMeant}, resourceOf(target, named, NAME)),
		);
		return execute(context, call, isMeant);
	},
});

/** What is refused of a line comes with one for the same target. */
const withLine = (typed: Typed, read: () => Call): Call => {
	try {
		return read();
	} catch (error) {
		throw error instanceof UsageError ? new UsageError(error.message, NAME, rollbackLine(typed)) : error;
	}
};

type Call = Arguments<'rollback.execute'>;
type Wanted = {
	readonly target: 'relay_suspend' | 'relay_deadletter';
	readonly strategy: string | undefined;
	readonly isMeant: boolean;
};

/** Throws `UsageError` for what can be told without asking anybody. */
const callOf = (
	{accountable: {operator, reason}}: CommandContext,
	{target, strategy, isMeant}: Wanted,
	{segment_id, peer_id}: Resource,
): Call => {
	const valid: readonly string[] = RELAY_STRATEGIES[target];
	if (strategy === undefined || !valid.includes(strategy)) {
		const what = strategy === undefined ? 'Name --strategy' : `${target} has no strategy ${strategy}`;
		throw new UsageError(`${what}: ${target} has ${valid.join(', ')}`, NAME);
	}
	if (reason === undefined) {
		throw new UsageError('--reason says why, and must be given', NAME);
	}
	if (target === 'relay_suspend') {
		const suspension = strategy as (typeof RELAY_STRATEGIES.relay_suspend)[number];
		return {target, strategy: suspension, ...given({peer_id}), operator, reason};
	}
	if (peer_id === undefined) {
		throw new UsageError(
			'Name a record with --resource SEGMENT-ID/PEER-ID, or all of a peer with --peer-id',
			NAME,
		);
	}
	if (strategy === 'purge' && !isMeant) {
		throw new UsageError('A purge cannot be undone: give --yes (or --force) with it', NAME);
	}
	const burial = strategy as (typeof RELAY_STRATEGIES.relay_deadletter)[number];
	const force = strategy === 'purge' ? {force: true} : {};
	return {target, strategy: burial, peer_id, ...given({segment_id}), ...force, operator, reason};
};

const execute = async (
	context: CommandContext,
	call: Call,
	isMeant: boolean,
): Promise<ExitCode | undefined> => {
	if (!isMeant && call.target === 'relay_deadletter' && !(await areMeant(context, call))) {
		return EXIT.refused;
	}
	const answer = await context.call('rollback.execute', call);
	context.output.answer(answer, style => executedText(answer, style));
	return undefined;
};

/** More than one record, at a terminal. */
const areMeant = async (
	context: CommandContext,
	{strategy, peer_id, segment_id}: Extract<Call, {target: 'relay_deadletter'}>,
): Promise<boolean> => {
	if (segment_id !== undefined || context.ask === undefined) {
		return true;
	}
	const {now} = await context.call('rollback.preview', {target: 'relay_deadletter', peer_id});
	const records = now?.changes.find(change => change.strategy === strategy)?.records ?? 0;
	const question = strategy === 'force' ? 'Bury them' : 'Put them back into the queue';
	return isConfirmed(context, {records, noun: 'record', tallies: {peers: {[peer_id]: records}}, question});
};

const takeBack = async (
	{call, output, accountable}: CommandContext,
	rollbackId: string,
): Promise<ExitCode | undefined> => {
	const answer: Result<'rollback.undo'> = await call('rollback.undo', {
		rollback_id: rollbackId,
		...accountable,
	});
	output.answer(answer, style => undoneText(answer, style));
	return answer.left.length > 0 ? EXIT.refused : undefined;
};
