import type {LaneMode} from '../../delivery/lane-snapshot.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {Parts} from '../parts.js';
import {noteChange} from './note-change.js';

type LaneParts = Pick<Parts, 'peers' | 'dispatcher' | 'store' | 'logger'>;
type LaneParams = Params<'relay.pause'>;
type Progress = Result<'relay.pause'>;

export const pause = async (parts: LaneParts, params: LaneParams): Promise<Progress> => {
	await change(parts, params, 'pause', 'relay.paused');
	const progress = progressOf(parts, params);
	return {...progress, done: progress.inflight === 0};
};

export const resume = async (parts: LaneParts, params: LaneParams): Promise<Progress> => {
	await change(parts, params, 'resume', 'relay.resumed');
	return {...progressOf(parts, params), done: true};
};

export const drain = async (parts: LaneParts, params: LaneParams): Promise<Progress> => {
	await change(parts, params, 'drain', 'relay.drain.started');
	const progress = progressOf(parts, params);
	return {...progress, done: progress.inflight + progress.scheduled === 0};
};

/** Whoever waits for the end of a drain asks again and again: that writes nothing. */
const change = async (
	parts: LaneParts,
	params: LaneParams,
	verb: keyof typeof IS_DONE,
	event: string,
): Promise<void> => {
	const {dispatcher, peers} = parts;
	if (params.peer_id !== undefined) {
		peers.find(params.peer_id);
	}
	if (!dispatcher.snapshots(params.peer_id).every(IS_DONE[verb])) {
		await dispatcher[verb](params.peer_id);
		noteChange(parts, event, params, {peer_id: params.peer_id ?? null});
	}
};

const IS_DONE = {
	pause: ({paused}: LaneMode) => paused,
	resume: ({paused, draining}: LaneMode) => !paused && !draining,
	drain: ({paused, draining}: LaneMode) => draining && !paused,
} as const;

const progressOf = (
	{peers, dispatcher, store}: LaneParts,
	{peer_id: peer}: LaneParams,
): Omit<Progress, 'done'> => {
	const chosen = peer === undefined ? peers.configured : [peers.find(peer)];
	const depths = chosen.map(({no}) => store.depth(no));
	const snapshots = dispatcher.snapshots();
	return {
		paused: snapshots.filter(({paused}) => paused).map(({peerId}) => peerId),
		draining: snapshots.filter(({draining}) => draining).map(({peerId}) => peerId),
		inflight: depths.reduce((sum, {inflight}) => sum + inflight, 0),
		scheduled: depths.reduce((sum, {scheduled, failed}) => sum + scheduled + failed, 0),
	};
};
