import type {Result} from '../rpc/contract/methods.js';
import type {WireQueueDepth} from '../rpc/contract/record.js';
import type {WirePeerStatus} from '../rpc/contract/status.js';
import type {CommandContext} from './context.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {given} from './given.js';
import {flag, optional, type Values} from './parameters.js';
import {readPeerId} from './read/ids.js';
import {counted, grouped} from './text/numbers.js';

export const lanePeer = {peer: optional('PEER-ID', 'this peer alone; else all', readPeerId)};
export const laneOptions = {
	wait: flag('--wait', 'return only when it is done; Ctrl-C stops waiting, not the work'),
};

export type LaneStep = {
	readonly method: 'relay.pause' | 'relay.resume' | 'relay.drain';
	/** Records of a peer that must go before the step is done. */
	left(depth: WireQueueDepth): number;
	/** Whether the peer still is as the step made it: somebody else may have resumed it. */
	stillOn(peer: WirePeerStatus): boolean;
	/** In the past tense, for the last line. */
	readonly finished: string;
};

type Lanes = Result<LaneStep['method']>;
const LOOK_AGAIN_MS = 250;

/** Asks for the step and says how far it has come; with `wait` looks on until it is done, and answers as it is then. */
export const stepLanes = async (
	context: CommandContext,
	{peer, wait}: Values<typeof lanePeer> & Values<typeof laneOptions>,
	step: LaneStep,
): Promise<ExitCode | undefined> => {
	const {call, output, accountable} = context;
	const begun = await call(step.method, {...given({peer_id: peer}), ...accountable});
	if (!wait || begun.done) {
		output.answer(begun, () => lanesText(begun, peer, step));
		return undefined;
	}
	const ended = await watch(context, peer, step);
	output.answer(ended.lanes, () => lanesText(ended.lanes, peer, step));
	if (!ended.lanes.done) {
		output.complain(
			`${ended.interruptedBy} is no longer as asked: somebody resumed it. See: edgectl relay status`,
		);
		return EXIT.refused;
	}
	return undefined;
};

type Ended = {readonly lanes: Lanes; readonly interruptedBy: string | undefined};

/** Looks at the status instead of asking again, so that it never undoes what another operator does meanwhile. */
const watch = async (context: CommandContext, peer: string | undefined, step: LaneStep): Promise<Ended> => {
	const {call, output, time, signal} = context;
	let most = 0;
	for (;;) {
		const {peers} = await call('relay.status', {});
		const watched = peers.filter(({peer_id}) => peer === undefined || peer_id === peer);
		const left = sum(watched, ({queue_depth}) => step.left(queue_depth));
		const gone = watched.find(one => !step.stillOn(one));
		if (left === 0 || gone !== undefined) {
			return {lanes: lanesOf(peers, watched, left === 0 && gone === undefined), interruptedBy: gone?.peer_id};
		}
		most = Math.max(most, left);
		output.progress({done: most - left, total: most, text: `${counted(left, 'record')} left`});
		await time.sleep(LOOK_AGAIN_MS, signal);
	}
};

/** The shape that the daemon answers the step with, from its status. */
const lanesOf = (
	peers: readonly WirePeerStatus[],
	watched: readonly WirePeerStatus[],
	done: boolean,
): Lanes => ({
	paused: peers.filter(({paused}) => paused).map(({peer_id}) => peer_id),
	draining: peers.filter(({draining}) => draining).map(({peer_id}) => peer_id),
	inflight: sum(watched, ({queue_depth}) => queue_depth.inflight),
	scheduled: sum(watched, ({queue_depth}) => queue_depth.scheduled + queue_depth.failed),
	done,
});

const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
	items.reduce((total, item) => total + value(item), 0);

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
