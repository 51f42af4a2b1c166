import type {LaneSnapshot} from '../../delivery/lane-snapshot.js';
import {EdgedError} from '../../outbound/errors.js';
import type {PeerId, SegmentId} from '../../outbound/names.js';
import type {DeliveryRecord} from '../../outbound/record.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {formatTime} from '../../runtime/clock.js';
import type {Ahead, KnownPeer} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {rateInForce} from '../views/rate-in-force.js';
import {recordView} from '../views/record-view.js';
import {type Facts, judgePeer, judgeRecord} from '../why/judgement.js';
import {timeOrNull} from '../why/words.js';

type Asked = Pick<Parts, 'store' | 'peers' | 'dispatcher' | 'bandwidth' | 'clock' | 'config'>;

export const why = (parts: Asked, params: Params<'relay.why'>): Result<'relay.why'> => {
	const peer = peerOf(parts, params.peer_id);
	const record = params.segment_id === undefined ? undefined : recordOf(parts, params.segment_id, peer.id);
	const facts = gather(parts, peer, record);
	const {cause, sentence, next, etaSeconds} =
		record === undefined ? judgePeer(facts) : judgeRecord(facts, record);
	const {depth, lane, ahead} = facts;
	return {
		sentence,
		cause,
		peer_id: peer.id,
		...(record !== undefined && {segment_id: record.segmentId, record: recordView(record)}),
		ahead: ahead === undefined ? null : aheadView(ahead),
		queue: {
			scheduled: depth.scheduled,
			failed: depth.failed,
			inflight: depth.inflight,
			held: depth.held,
			waiting_bytes: facts.waitingBytes,
		},
		link: linkView(facts),
		budget: {
			bytes_per_second: facts.bytesPerSecond,
			bytes_per_second_now: Math.round(lane?.bytesPerSecondNow ?? 0),
		},
		next_event: next === undefined ? null : {what: next.what, at: timeOrNull(next.at)},
		eta_seconds: etaSeconds === undefined ? null : Math.ceil(etaSeconds),
		queried_at: formatTime(parts.clock.now()),
	};
};

/** Also one that only the store remembers. */
const peerOf = ({peers}: Asked, id: PeerId): KnownPeer =>
	peers.orphaned.find(peer => peer.id === id) ?? peers.find(id);

const recordOf = ({store}: Asked, segment: SegmentId, peer: PeerId): DeliveryRecord => {
	const [record] = store.inspect(segment, peer);
	if (record === undefined) {
		throw new EdgedError('NOT_FOUND', `Segment ${segment} is not known here for peer ${peer}`, {
			segment_id: segment,
			peer_id: peer,
		});
	}
	return record;
};

const gather = (
	{store, peers, dispatcher, bandwidth, config, clock}: Asked,
	{id, no}: KnownPeer,
	record: DeliveryRecord | undefined,
): Facts => {
	const isConfigured = peers.configured.some(peer => peer.no === no);
	const lane: LaneSnapshot | undefined = isConfigured ? dispatcher.snapshots(id)[0] : undefined;
	return {
		peer: id,
		lane,
		depth: store.depth(no),
		waitingBytes: store.waitingBytes(no),
		bytesPerSecond: rateInForce(bandwidth.state(id), bandwidth.state()),
		ownBytes: record?.sizeBytes ?? 0,
		ahead: record && store.ahead(record.segmentId, id, lane?.order),
		nextDueAt: store.nextDueAt(no),
		successCondition: String(config.relay.successCondition),
		maxRetryCount: config.relay.retry.maxRetryCount,
		now: clock.now(),
	};
};

const aheadView = ({records, bytes, isAtLeast, isBytesEstimated}: Ahead) => ({
	records,
	bytes,
	at_least: isAtLeast,
	bytes_estimated: isBytesEstimated,
});

const linkView = ({lane}: Facts): Result<'relay.why'>['link'] => ({
	state: lane?.link ?? 'orphaned',
	paused: lane?.paused ?? false,
	draining: lane?.draining ?? false,
	consecutive_failures: lane?.consecutiveFailures ?? 0,
	last_error: lane?.lastError ?? null,
	last_ack_at: timeOrNull(lane?.lastAckAt),
	suspects: lane?.suspicion.suspects ?? 0,
	alone: lane?.suspicion.alone ?? 0,
});
