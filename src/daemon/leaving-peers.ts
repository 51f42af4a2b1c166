import {EdgedError} from '../outbound/errors.js';
import type {Parts} from './parts.js';
import type {RelayPeer} from './peers.js';

type LeavingParts = Pick<Parts, 'store' | 'peers' | 'dispatcher' | 'intake' | 'clock'>;

const LOOK_AGAIN_MS = 20;

/**
 * Takes nothing new for `leaving` any more and resolves once nothing is left to send to them. What a peer that is well can take
 * within `patienceMs` is delivered first. `INVALID_CONFIG` when something is left; the caller then has to end the holding back.
 */
export const clearAway = async (
	leaving: readonly RelayPeer[],
	parts: LeavingParts,
	patienceMs: number,
): Promise<void> => {
	const stuck = leaving.find(peer => !canFinish(peer, parts, patienceMs));
	if (stuck !== undefined) {
		throw stillBusy(stuck, parts); // At once: nobody who enqueues has to wait for that.
	}
	const {peers, intake, clock} = parts;
	peers.holdBack(leaving);
	await intake.answered(); // A call under way may still store something for them.
	const deadline = clock.elapsed() + patienceMs;
	for (;;) {
		const busy = leaving.find(peer => left(peer, parts) > 0);
		if (busy === undefined) {
			return;
		}
		if (clock.elapsed() >= deadline) {
			throw stillBusy(busy, parts);
		}
		await new Promise<void>(resolve => {
			clock.after(LOOK_AGAIN_MS, resolve);
		});
	}
};

const left = ({no}: RelayPeer, {store}: LeavingParts): number => {
	const {scheduled, inflight, failed} = store.depth(no);
	return scheduled + inflight + failed;
};

const canFinish = (peer: RelayPeer, parts: LeavingParts, patienceMs: number): boolean => {
	if (left(peer, parts) === 0) {
		return true;
	}
	const [lane] = parts.dispatcher.snapshots(peer.id);
	const {failed, held} = parts.store.depth(peer.no);
	const isWell = lane?.link === 'up' || lane?.link === 'unknown'; // Or nothing has been tried yet.
	const fits = (lane?.etaSeconds ?? 0) * 1000 <= patienceMs;
	return isWell && failed + held === 0 && (fits || isNew(peer, parts, patienceMs));
};

/**
 * Has what waits come in within `patienceMs`? The pace is what was delivered of late, in little time or while little was to do: it says
 * nothing yet of how fast the peer takes this.
 */
const isNew = ({no}: RelayPeer, {store, clock}: LeavingParts, patienceMs: number): boolean => {
	const oldest = store.oldestScheduledAt(no);
	return oldest === undefined || clock.now() - oldest < patienceMs;
};

const stillBusy = (peer: RelayPeer, parts: LeavingParts): EdgedError => {
	const {id, no} = peer;
	const {scheduled, inflight, failed} = parts.store.depth(no);
	const count = left(peer, parts);
	const records = count === 1 ? '1 record that is' : `${count} records that are`;
	return new EdgedError(
		'INVALID_CONFIG',
		`peer ${id} is not in the file any more and still has ${records} not settled. ` +
			`Deliver them with "edgectl relay drain ${id} --wait", move them with "edgectl relay move --all --peer-id ${id} --to PEER", or give them up with ` +
			`"edgectl relay deadletter force --all --peer-id ${id}"; then reload again`,
		{peer_id: id, scheduled, inflight, failed},
	);
};
