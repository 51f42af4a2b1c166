import {isDeepStrictEqual} from 'node:util';
import type {PeerConfig} from '../config/peers.js';
import type {PeerId} from '../outbound/names.js';
import type {RelayPeer} from './peers.js';

/** What a reload does to the lanes. Who is in none of the lists keeps his lane; his limits may have changed all the same. */
export type PeerChanges = {
	readonly added: readonly RelayPeer[];
	/** To be reached in another way than before. */
	readonly moved: readonly RelayPeer[];
	readonly removed: readonly RelayPeer[];
};

export const peerChanges = (former: readonly RelayPeer[], wanted: readonly RelayPeer[]): PeerChanges => {
	const before = byId(former);
	const after = byId(wanted);
	return {
		added: wanted.filter(({id}) => !before.has(id)),
		moved: wanted.filter(({id, config}) => {
			const same = before.get(id);
			return same !== undefined && !isDeepStrictEqual(wayTo(same.config), wayTo(config));
		}),
		removed: former.filter(({id}) => !after.has(id)),
	};
};

const byId = (peers: readonly RelayPeer[]): ReadonlyMap<PeerId, RelayPeer> =>
	new Map(peers.map(peer => [peer.id, peer]));

/** All but what others look up anew each time: limits, windows, the default route. */
const wayTo = ({isDefault, bytesPerSecond, dailyQuotaBytes, windows, ...way}: PeerConfig): object => way;
