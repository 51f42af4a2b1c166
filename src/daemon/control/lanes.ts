import type {ModeChange} from '../../delivery/dispatcher.js';
import type {PeerId} from '../../outbound/names.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {Parts} from '../parts.js';
import {noteChange} from './note-change.js';

type LaneParts = Pick<Parts, 'peers' | 'dispatcher' | 'store' | 'logger' | 'intake'>;
type LaneParams = Params<'relay.resume'>;
type Progress = Result<'relay.pause'>;

export const pause = async (parts: LaneParts, params: Params<'relay.pause'>): Promise<Progress> => {
	const {end_sends: endsSends = false} = params;
	const order = parts.dispatcher.pause(peerOf(parts, params), endsSends ? 'end' : 'finish');
	const change = await order;
	// Sends are ended also where the lane was paused already.
	noteIf(endsSends ? 'changed' : change, parts, 'relay.paused', params);
	const progress = progressOf(parts, params);
	return {...progress, done: progress.inflight === 0};
};

export const resume = async (parts: LaneParts, params: LaneParams): Promise<Progress> => {
	noteIf(await parts.dispatcher.resume(peerOf(parts, params)), parts, 'relay.resumed', params);
	return {...progressOf(parts, params), done: true};
};

export const drain = async (parts: LaneParts, params: LaneParams): Promise<Progress> => {
	noteIf(await parts.dispatcher.drain(peerOf(parts, params)), parts, 'relay.drain.started', params);
	await parts.intake.answered(); // What came in before the door was shut may still be on its way to the disk.
	const progress = progressOf(parts, params);
	return {...progress, done: progress.inflight + progress.scheduled === 0};
};

const peerOf = ({peers}: LaneParts, {peer_id: peer}: LaneParams): PeerId | undefined =>
	peer === undefined ? undefined : peers.find(peer).id;

/** Whoever waits for the end asks again and again: that is nothing to tell. */
const noteIf = (change: ModeChange, parts: LaneParts, event: string, params: Params<'relay.pause'>): void => {
	if (change === 'changed') {
		const {peer_id: peer = null, end_sends: endsSends} = params;
		noteChange(parts, event, params, {peer_id: peer, ...(endsSends && {end_sends: true})});
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
