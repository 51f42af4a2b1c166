import type {Result} from '../rpc/contract/methods.js';
import type {CommandContext} from './context.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {given} from './given.js';
import {leftWords, type WaitedStep, waitForLanes} from './lane-wait.js';
import {flag, optional, type Values} from './parameters.js';
import {readPeerId} from './read/ids.js';
import {grouped} from './text/numbers.js';
import {humanSeconds} from './text/time.js';

export const lanePeer = {peer: optional('PEER-ID', 'this peer alone; else all', readPeerId)};
export const laneOptions = {
	wait: flag('--wait', 'return only when it is done, or after --timeout; Ctrl-C stops waiting, not the work'),
};

export type LaneStep = WaitedStep & {
	readonly method: 'relay.pause' | 'relay.resume' | 'relay.drain';
	/** Ends what is being sent. */
	readonly endsSends?: boolean;
	/** In the past tense, for the last line. */
	readonly finished: string;
};

type Lanes = Result<LaneStep['method']>;

/** Asks for the step and says how far it has come; with `wait` looks on until it is done, and answers as it is then. */
export const stepLanes = async (
	context: CommandContext,
	{peer, wait}: Values<typeof lanePeer> & Values<typeof laneOptions>,
	step: LaneStep,
): Promise<ExitCode | undefined> => {
	const {call, output, accountable} = context;
	const endsSends = step.endsSends === true ? {end_sends: true} : {};
	const begun = await call(step.method, {...given({peer_id: peer}), ...endsSends, ...accountable});
	if (!wait || begun.done) {
		output.answer(begun, () => lanesText(begun, peer, step));
		return undefined;
	}
	const {lanes, ...ended} = await waitForLanes(context, peer, step);
	output.answer(lanes, () => lanesText(lanes, peer, step));
	if (ended.resumed !== undefined) {
		output.complain(`${ended.resumed} is no longer as asked: somebody resumed it. See: edgectl relay status`);
		return EXIT.refused;
	}
	if (!lanes.done) {
		const after = humanSeconds((context.patienceMs ?? 0) / 1000);
		output.complain(
			`not done after ${after}: ${leftWords(ended.left)}; it goes on until edgectl relay resume`,
		);
		return EXIT.refused;
	}
	return undefined;
};

const lanesText = (lanes: Lanes, peer: string | undefined, step: LaneStep): string[] => [
	`${peer ?? 'all peers'}: ${lanes.done ? step.finished : WORDS[step.method]}`,
	`  inflight: ${grouped(lanes.inflight)}, waiting: ${grouped(lanes.scheduled)}`,
	...namesLine('paused', lanes.paused),
	...namesLine('draining', lanes.draining),
];

const WORDS: Readonly<Record<LaneStep['method'], string>> = {
	'relay.pause': 'pausing, what is being sent finishes',
	'relay.resume': 'resuming',
	'relay.drain': 'draining, the queue is being delivered',
};

const namesLine = (label: string, names: readonly string[]): string[] =>
	names.length === 0 ? [] : [`  ${label}: ${names.join(', ')}`];
