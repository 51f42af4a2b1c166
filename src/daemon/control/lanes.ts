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

/** A line only when something has changed: whoever waits for the end of a drain asks again and again. */
const change = async (
	parts: LaneParts,
	params: LaneParams,
	verb: 'pause' | 'resume' | 'drain',
	event: string,
): Promise<void> => {
	const {dispatcher} = parts;
	const modes = () => dispatcher.snapshots(params.peer_id).map(({paused, draining}) => [paused, draining]);
	const former = JSON.stringify(modes());
	await dispatcher[verb](params.peer_id);
	if (JSON.stringify(modes()) !== former) {
		noteChange(parts, event, params, {peer_id: params.peer_id ?? null});
	}
};

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
