import type {PeerConfig} from '../config/peers.js';
import {EdgedError} from '../outbound/errors.js';
import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {KnownPeer, OutboundStore, Route} from '../storage/store.js';

type PeerStore = Pick<OutboundStore, 'registerPeers' | 'peers' | 'route' | 'depth'>;

/** A peer of the configuration with its number in the store. */
export type RelayPeer = KnownPeer & {readonly config: PeerConfig};

/** Gives every configured peer its number (durable when this resolves). */
export const registerPeers = async (store: PeerStore, configs: readonly PeerConfig[]): Promise<Peers> => {
	const numbers = await store.registerPeers(configs.map(({id}) => id));
	const configured = configs.map((config, index) => ({
		id: config.id,
		no: numbers[index] as PeerNo,
		config,
	}));
	return new Peers(store, configured);
};

/** The peers of the configuration, and those that only the store remembers. */
export class Peers {
	readonly configured: readonly RelayPeer[];
	/** Where a segment goes that names no peers; `undefined` when no peer is a default. */
	readonly defaultRoute: Route | undefined;
	readonly #store: PeerStore;
	readonly #byId: ReadonlyMap<PeerId, RelayPeer>;

	constructor(store: PeerStore, configured: readonly RelayPeer[]) {
		this.#store = store;
		this.configured = configured;
		this.#byId = new Map(configured.map(peer => [peer.id, peer]));
		const defaults = configured.filter(({config}) => config.isDefault).map(({id}) => id);
		this.defaultRoute = defaults.length === 0 ? undefined : {...store.route(defaults), isDefault: true};
	}

	/** The route to `ids`. `UNKNOWN_PEER` for a peer that is not configured, even if the store remembers it, and for none at all. */
	route(ids: readonly PeerId[]): Route {
		for (const id of ids) {
			this.find(id);
		}
		return this.#store.route(ids);
	}

	/** A peer of the configuration, or `UNKNOWN_PEER`. */
	find(id: PeerId): RelayPeer {
		const peer = this.#byId.get(id);
		if (peer === undefined) {
			const known = this.configured.map(other => other.id).join(', ');
			throw new EdgedError('UNKNOWN_PEER', `No peer ${id} is configured; known: ${known}`, {peer_id: id});
		}
		return peer;
	}

	/** Of a peer that is configured. */
	idOf(no: PeerNo): PeerId | undefined {
		return this.configured.find(peer => peer.no === no)?.id;
	}

	/** Not configured any more, yet records are left for them: nothing is sent, operators can still list and bury. */
	get orphaned(): readonly KnownPeer[] {
		return this.#store.peers().filter(({id, no}) => !this.#byId.has(id) && this.#hasRecords(no));
	}

	#hasRecords(no: PeerNo): boolean {
		const {scheduled, inflight, failed, deadletter} = this.#store.depth(no);
		return scheduled + inflight + failed + deadletter > 0;
	}
}
