import type {Parts} from '../../parts.js';
import type {Acts} from '../act.js';

type LaneMethods = 'relay.config.set_bandwidth' | 'relay.pause' | 'relay.resume' | 'relay.drain';

/** What holds for a peer, or for all. */
export const laneActs: Pick<Acts, LaneMethods> = {
	'relay.config.set_bandwidth': {
		verb: 'setBandwidth',
		event: 'relay.bandwidth.configured',
		action: 'configure',
		resourceType: 'bandwidth',
		resource: ({peer_id: peer}) => peer ?? 'total',
		before: ({peer_id: peer}, {bandwidth, peers}) => {
			const {bytesPerSecond, dailyQuotaBytes} = bandwidth.state(peer && peers.find(peer).id);
			return {former_bytes_per_second: bytesPerSecond, former_daily_quota_bytes: dailyQuotaBytes};
		},
		came: ({bandwidth: {bytes_per_second, daily_quota_bytes, source}}) => ({
			bytes_per_second,
			daily_quota_bytes,
			source,
		}),
		// A lower rate is how the runbook stops a flood.
		onFullDisk: ({peer_id: peer, bytes_per_second: rate, daily_quota_bytes: quota}, {bandwidth}) => {
			const isOnlyRate = rate !== undefined && rate > 0 && quota === undefined;
			const {bytesPerSecond} = bandwidth.state(peer);
			return isOnlyRate && (bytesPerSecond === 0 || rate < bytesPerSecond) ? 'goes on' : 'refuse';
		},
	},
	'relay.pause': {
		verb: 'pause',
		event: 'relay.paused',
		action: 'pause',
		resourceType: 'peer',
		resource: ({peer_id: peer}) => peer ?? '*',
		came: () => ({}),
		// Who waits for the end may ask again and again.
		looksOnly: ({peer_id: peer, end_sends: endsSends}, parts) =>
			endsSends !== true && every(parts, peer, ({paused}) => paused),
		onFullDisk: 'goes on',
	},
	'relay.resume': {
		verb: 'resume',
		event: 'relay.resumed',
		action: 'resume',
		resourceType: 'peer',
		resource: ({peer_id: peer}) => peer ?? '*',
		came: () => ({}),
		looksOnly: ({peer_id: peer}, parts) => every(parts, peer, ({paused, draining}) => !paused && !draining),
		onFullDisk: 'goes on', // What leaves makes room: of a backlog that fills the disk nothing else does.
	},
	'relay.drain': {
		verb: 'drain',
		event: 'relay.drain.started',
		action: 'drain',
		resourceType: 'peer',
		resource: ({peer_id: peer}) => peer ?? '*',
		came: () => ({}),
		looksOnly: ({peer_id: peer}, parts) => every(parts, peer, ({paused, draining}) => draining && !paused),
		onFullDisk: 'goes on',
	},
};

type LaneMode = {readonly paused: boolean; readonly draining: boolean};

/** False for a peer that is not there: that is refused, and the refusal recorded. */
const every = (
	{dispatcher}: Pick<Parts, 'dispatcher'>,
	peer: string | undefined,
	isSo: (mode: LaneMode) => boolean,
): boolean => {
	const chosen = dispatcher.snapshots().filter(({peerId}) => peer === undefined || peerId === peer);
	return chosen.length > 0 && chosen.every(isSo);
};
