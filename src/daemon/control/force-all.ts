import type {DeadletterDesk} from '../../deadletter/desk.js';
import {EdgedError} from '../../outbound/errors.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {KnownPeer} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {forceMatching} from './hold.js';
import {noteChange} from './note-change.js';

type Burying = {readonly desk: DeadletterDesk} & Pick<
	Parts,
	'logger' | 'buriedOrFreed' | 'store' | 'dispatcher'
> &
	Partial<Pick<Parts, 'events'>>;
type ForceAll = Extract<Params<'relay.deadletter.force'>, {all: true}>;
type Forced = Result<'relay.deadletter.force'>;

/** Buries what waits for a peer, configured or not, or for all; with a filter, what of it the filter lets through. */
export const forceAll = (parts: Burying, params: ForceAll): Promise<Forced> | Forced => {
	const peers = peersOf(parts, params.peer_id);
	const {priority, label, state, since, before, cursor} = params;
	if ([priority, label, state, since, before].some(asked => asked !== undefined)) {
		return forceSome(parts, peers, params);
	}
	if (cursor !== undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'a cursor goes with the filter of the call that gave it');
	}
	return forceEverything(parts, peers, params);
};

const peersOf = ({store}: Burying, id: string | undefined): readonly KnownPeer[] => {
	const known = store.peers();
	const peers = id === undefined ? known : known.filter(peer => peer.id === id);
	if (id !== undefined && peers.length === 0) {
		throw new EdgedError('UNKNOWN_PEER', `The store has never known a peer ${id}`, {peer_id: id});
	}
	return peers;
};

const forceSome = async (parts: Burying, peers: readonly KnownPeer[], params: ForceAll): Promise<Forced> => {
	const {changed, refused, next_cursor: cursor} = await forceMatching(parts, params);
	if (params.dry_run === true) {
		return {dry_run: true, would_force: changed, inflight: refused};
	}
	if (changed > 0) {
		parts.buriedOrFreed();
	}
	return {
		buried: changed,
		left: leftOf(parts, peers),
		...(cursor !== undefined && {next_cursor: cursor}),
	};
};

const forceEverything = async (
	parts: Burying,
	peers: readonly KnownPeer[],
	params: ForceAll,
): Promise<Forced> => {
	const {desk} = parts;
	if (params.dry_run === true) {
		const {waiting, inflight} = leftOf(parts, peers);
		return {dry_run: true, would_force: waiting, inflight};
	}
	const {limit = Number.POSITIVE_INFINITY} = params;
	let buried = 0;
	for (const peer of peers) {
		if (buried >= limit) {
			break;
		}
		buried += (await desk.forceWaiting(peer, limit - buried)) + (await forceAside(parts, peer));
	}
	if (buried > 0) {
		parts.buriedOrFreed();
		noteChange(parts, 'relay.deadletter.forced', params, {peer_id: params.peer_id ?? null, buried});
	}
	return {buried, left: leftOf(parts, peers)};
};

const leftOf = (
	{store}: Burying,
	peers: readonly KnownPeer[],
): {readonly waiting: number; readonly inflight: number} => {
	let [waiting, inflight] = [0, 0];
	for (const {no} of peers) {
		const depth = store.depth(no);
		waiting += depth.scheduled + depth.failed;
		inflight += depth.inflight;
	}
	return {waiting, inflight};
};

/** What broke alone waits too, though its lease is open: for hours, when the peer takes nothing else. */
const forceAside = async ({desk, dispatcher}: Burying, {id, no}: KnownPeer): Promise<number> => {
	const kept = dispatcher.keptAside(no);
	if (kept.length === 0) {
		return 0;
	}
	const forced = await Promise.all(kept.map(segment => desk.force(segment, id, '').catch(settledMeanwhile)));
	dispatcher.letGo(no);
	return forced.filter(Boolean).length;
};

const settledMeanwhile = (error: unknown): false => {
	if (error instanceof EdgedError && (error.code === 'INVALID_STATE' || error.code === 'NOT_FOUND')) {
		return false;
	}
	throw error;
};
