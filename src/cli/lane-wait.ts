import type {Result} from '../rpc/contract/methods.js';
import type {WirePeerStatus} from '../rpc/contract/status.js';
import type {CommandContext} from './context.js';
import {counted, humanBytes} from './text/numbers.js';

/** What must go before a step is done. */
export type Amount = {readonly records: number /** Of payload. */; readonly bytes: number};

export type WaitedStep = {
	left(peer: WirePeerStatus): Amount;
	/** Whether the peer still is as the step made it: somebody else may have resumed it. */
	stillOn(peer: WirePeerStatus): boolean;
};

/** What is left, of how many peers, and why the peers most in trouble are where they are. */
export type Left = Amount & {readonly peers: number; readonly why: string | undefined};

export type Waited = {
	readonly lanes: Result<'relay.pause'>;
	/** Somebody else has ended the step for this peer. */
	readonly resumed: string | undefined;
	/** When the wait ended. */
	readonly left: Left;
};

const LOOK_AGAIN_MS = 250;
const ASK_WHY_AGAIN_MS = 1000;
/** Of peers that are not done when patience is over. */
const MOST_WHYS = 3;
/** Where something is left only because it takes its time: others have more to say. */
const WELL: ReadonlyArray<WirePeerStatus['link']> = ['up', 'unknown'];

/**
 * Shows how far the step has come until it is done, somebody undoes it, or patience is over. Looks at the status instead of asking
 * again, so that it never undoes what another operator does meanwhile.
 */
export const waitForLanes = async (
	context: CommandContext,
	peer: string | undefined,
	step: WaitedStep,
): Promise<Waited> => {
	const {call, output, time, signal, patienceMs = Number.POSITIVE_INFINITY} = context;
	const deadline = time.elapsed() + patienceMs;
	const whyOf = reasons(context);
	const most = {records: 0, bytes: 0};
	for (;;) {
		const {peers} = await call('relay.status', {});
		const watched = peers.filter(({peer_id}) => peer === undefined || peer_id === peer);
		const resumed = watched.find(one => !step.stillOn(one))?.peer_id;
		const unfinished = watched
			.map(one => ({id: one.peer_id, isWell: WELL.includes(one.link), left: step.left(one)}))
			.filter(({left}) => left.records > 0)
			.sort(
				(one, other) => Number(one.isWell) - Number(other.isWell) || other.left.records - one.left.records,
			);
		const left = {
			records: sum(unfinished, one => one.left.records),
			bytes: sum(unfinished, one => one.left.bytes),
			peers: unfinished.length,
		};
		const [foremost] = unfinished;
		if (foremost === undefined || resumed !== undefined) {
			const done = foremost === undefined && resumed === undefined;
			return {lanes: lanesOf(peers, watched, done), resumed, left: {...left, why: undefined}};
		}
		if (time.elapsed() >= deadline) {
			const whys: Array<string | undefined> = [];
			for (const {id} of unfinished.slice(0, MOST_WHYS)) {
				whys.push(await whyOf(id));
			}
			return {
				lanes: lanesOf(peers, watched, false),
				resumed,
				left: {...left, why: whys.filter(Boolean).join('; ') || undefined},
			};
		}
		most.records = Math.max(most.records, left.records);
		most.bytes = Math.max(most.bytes, left.bytes);
		const counts = most.bytes > 0 ? 'bytes' : 'records';
		output.progress({
			done: most[counts] - left[counts],
			total: most[counts],
			text: leftWords({...left, why: await whyOf(foremost.id)}),
		});
		await time.sleep(Math.min(LOOK_AGAIN_MS, Math.max(1, deadline - time.elapsed())), signal);
	}
};

/** `3 records left, 1.1 MiB; hub: the link to hub is down ...`. */
export const leftWords = ({records, bytes, peers, why}: Left): string =>
	[
		`${counted(records, 'record')} left${bytes > 0 ? `, ${humanBytes(bytes)}` : ''}${peers > 1 ? `, of ${peers} peers` : ''}`,
		...(why === undefined ? [] : [why]),
	].join('; ');

/** Asks why a peer is where it is, once a second. The answer is for people: without one the wait goes on. */
const reasons = ({call, time}: CommandContext): ((peer: string) => Promise<string | undefined>) => {
	let last: {readonly peer: string; readonly at: number; readonly sentence: string | undefined} | undefined;
	return async peer => {
		if (last?.peer !== peer || time.elapsed() - last.at >= ASK_WHY_AGAIN_MS) {
			const why = await call('relay.why', {peer_id: peer}).catch(() => undefined);
			last = {peer, at: time.elapsed(), sentence: why?.sentence};
		}
		return last.sentence;
	};
};

/** The shape that the daemon answers the step with, from its status. */
const lanesOf = (
	peers: readonly WirePeerStatus[],
	watched: readonly WirePeerStatus[],
	done: boolean,
): Waited['lanes'] => ({
	paused: peers.filter(({paused}) => paused).map(({peer_id}) => peer_id),
	draining: peers.filter(({draining}) => draining).map(({peer_id}) => peer_id),
	inflight: sum(watched, ({queue_depth}) => queue_depth.inflight),
	scheduled: sum(watched, ({queue_depth}) => queue_depth.scheduled + queue_depth.failed),
	done,
});

const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
	items.reduce((total, item) => total + value(item), 0);
