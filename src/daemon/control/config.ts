import {effectiveConfig} from '../../config/effective.js';
import type {Limits} from '../../delivery/bandwidth.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {formatTime} from '../../runtime/clock.js';
import type {Parts} from '../parts.js';
import {bandwidthView} from '../views/bandwidth-view.js';
import {windowsView} from '../views/windows-view.js';
import {noteChange} from './note-change.js';

export const getConfig = ({
	config,
	peers,
	bandwidth,
	dispatcher,
	clock,
}: Pick<Parts, 'config' | 'peers' | 'bandwidth' | 'dispatcher' | 'clock'>): Result<'relay.config.get'> => ({
	enabled: peers.configured.length > 0,
	workers: config.relay.workerCount,
	success_condition: String(config.relay.successCondition),
	dial_timeout_seconds: config.relay.dialTimeoutMs / 1000,
	ack_timeout_seconds: config.relay.ackTimeoutMs / 1000,
	bandwidth: bandwidthView(bandwidth.state()),
	peers: bandwidth
		.limitedPeers()
		.filter(peer => peers.has(peer))
		.map(peer => ({peer_id: peer, bandwidth: bandwidthView(bandwidth.state(peer))})),
	windows: dispatcher
		.snapshots()
		.flatMap(({peerId, window}) =>
			window === undefined
				? []
				: [windowsView(peerId, peers.find(peerId).config.windows, window, clock.now())],
		),
	effective: effectiveConfig(config),
	queried_at: formatTime(clock.now()),
});

/** In force and durable when it resolves. */
export const setBandwidth = async (
	parts: Pick<Parts, 'peers' | 'bandwidth' | 'logger'>,
	params: Params<'relay.config.set_bandwidth'>,
): Promise<Result<'relay.config.set_bandwidth'>> => {
	const {bandwidth, peers} = parts;
	const peer = params.peer_id === undefined ? undefined : peers.find(params.peer_id).id;
	const former = bandwidth.state(peer);
	const state =
		params.reset === true ? await bandwidth.reset(peer) : await bandwidth.set(peer, given(params));
	noteChange(parts, 'relay.bandwidth.configured', params, {
		peer_id: peer ?? null,
		bytes_per_second: state.bytesPerSecond,
		daily_quota_bytes: state.dailyQuotaBytes,
		source: state.source,
		former_bytes_per_second: former.bytesPerSecond,
		former_daily_quota_bytes: former.dailyQuotaBytes,
	});
	return {applied: true, bandwidth: bandwidthView(state)};
};

const given = ({
	bytes_per_second: rate,
	daily_quota_bytes: quota,
}: Params<'relay.config.set_bandwidth'>): Partial<Limits> => ({
	...(rate !== undefined && {bytesPerSecond: rate}),
	...(quota !== undefined && {dailyQuotaBytes: quota}),
});
