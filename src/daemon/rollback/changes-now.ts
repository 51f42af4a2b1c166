import type {DeadletterReason} from '../../outbound/attempts.js';
import type {PeerId, SegmentId} from '../../outbound/names.js';
import {RELAY_STRATEGIES, type RelayTarget} from '../../outbound/rollback.js';
import type {WirePreview} from '../../rpc/contract/rollback.js';
import type {KnownPeer} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {MOVES} from './bury.js';
import {SUSPENDED, throttled} from './suspend.js';
import {modeWords, rateWords} from './words.js';

type Looking = Pick<Parts, 'bandwidth' | 'dispatcher' | 'peers' | 'store' | 'desk'>;
type Change = NonNullable<WirePreview['now']>['changes'][number];
export type Resource = {readonly peer?: PeerId | undefined; readonly segment?: SegmentId | undefined};

/** What each strategy would change if it were executed now. From counters. */
export const changesNow = (parts: Looking, target: RelayTarget, resource: Resource): readonly Change[] =>
	target === 'relay_suspend' ? suspensions(parts, resource) : burials(parts, resource);

const suspensions = ({bandwidth, dispatcher, peers}: Looking, {peer: name}: Resource): readonly Change[] => {
	const peer = name && peers.find(name).id;
	const state = bandwidth.state(peer);
	const [from, to] = [
		rateWords(state),
		rateWords({bytesPerSecond: throttled(undefined).bytesPerSecond ?? 0, source: 'override'}),
	];
	const lanes = (['pause', 'drain'] as const).flatMap(strategy =>
		dispatcher.snapshots(peer).flatMap(({peerId, paused, draining}): readonly Change[] => {
			const mode = {paused, draining};
			const change = {from: modeWords(mode), to: modeWords(SUSPENDED[strategy](mode))};
			return change.from === change.to ? [] : [{strategy, what: 'lane', peer_id: peerId, ...change}];
		}),
	);
	return [
		...(from === to ? [] : [{strategy: 'throttle', what: 'rate', peer_id: peer ?? null, from, to} as const]),
		...lanes,
	];
};

const burials = (parts: Looking, {peer: name, segment}: Resource): readonly Change[] => {
	const {peers, store} = parts;
	if (segment !== undefined && name !== undefined) {
		return burialsOfOne(parts, segment, name);
	}
	const known = [...peers.configured, ...peers.orphaned];
	const chosen = name === undefined ? known : [known.find(({id}) => id === name) ?? peers.find(name)];
	return RELAY_STRATEGIES.relay_deadletter.flatMap(strategy =>
		chosen.flatMap(peer => moved(strategy, peer.id, counts(store, peer)[strategy])),
	);
};

const moved = (strategy: keyof typeof MOVES, peer: PeerId, records: number): readonly Change[] => {
	const [from, to] = MOVES[strategy];
	return records === 0 ? [] : [{strategy, what: 'records', peer_id: peer, from, to, records}];
};

/** Their payloads are gone. */
const CANNOT_RETRY: readonly DeadletterReason[] = ['EVICTED', 'CORRUPT', 'SEGMENT_MISSING'];

const counts = (store: Looking['store'], {no}: KnownPeer): Readonly<Record<keyof typeof MOVES, number>> => {
	const {scheduled, failed, deadletter} = store.depth(no);
	const reasons = store.deadletterCounts(no);
	const without = CANNOT_RETRY.reduce((sum, reason) => sum + reasons[reason], 0);
	return {force: scheduled + failed, retry: deadletter - without, purge: deadletter};
};

const burialsOfOne = ({desk}: Looking, segment: SegmentId, peer: PeerId): readonly Change[] => {
	const {state, reason} = desk.inspect(segment, peer);
	switch (state) {
		case 'deadletter':
			return [
				...(reason !== undefined && CANNOT_RETRY.includes(reason) ? [] : moved('retry', peer, 1)),
				...moved('purge', peer, 1),
			];
		case 'scheduled':
		case 'failed':
		case 'inflight':
			return moved('force', peer, 1);
		default:
			return [];
	}
};
