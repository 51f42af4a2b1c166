import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import type {StoreHandles} from './handles.js';
import {META_PEER} from './meta-keys.js';
import {putTwice} from './meta-rows.js';

/** See `OutboundStore.registerPeers`. One call after the other: a number is free only when the call before is on disk. */
export const registerPeers = async (
	handles: StoreHandles,
	ids: readonly PeerId[],
): Promise<readonly PeerNo[]> => {
	const {peers, env} = handles;
	const fresh = [...new Set(ids)].filter(id => peers.find(id) === undefined);
	if (fresh.length > 0) {
		const added = await atomically(handles, () =>
			fresh.map((id, at) => {
				const no = (peers.nextNo + at) as PeerNo;
				putTwice(env, [META_PEER, no], Buffer.from(id));
				return {id, no};
			}),
		);
		for (const peer of added) {
			peers.add(peer);
		}
	}
	return ids.map(id => peers.no(id));
};
