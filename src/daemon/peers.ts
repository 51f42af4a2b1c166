import type {PeerConfig} from '../config/peers.js';
import {EdgedError} from '../outbound/errors.js';
import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {KnownPeer, OutboundStore, Route} from '../storage/store.js';

type PeerStore = Pick<OutboundStore, 'registerPeers' | 'peers' | 'route' | 'depth'>;

/** A peer of the configuration with its number in the store. */
export type RelayPeer = KnownPeer & {readonly config: PeerConfig};

/** Gives every peer its number, the one it had if the store has ever known it. Durable when this resolves. */
export const numberPeers = async (
	store: Pick<OutboundStore, 'registerPeers'>,
	configs: readonly PeerConfig[],
): Promise<readonly RelayPeer[]> => {
	const numbers = await store.registerPeers(configs.map(({id}) => id));
	return configs.map((config, index) => ({id: config.id, no: numbers[index] as PeerNo, config}));
};

/** The peers of the configuration, and those that only the store remembers. A reload changes who they are. */
export class Peers {
	readonly #store: PeerStore;
	#configured!: readonly RelayPeer[];
	#byId!: ReadonlyMap<PeerId, RelayPeer>;
	#byNo!: ReadonlyMap<PeerNo, RelayPeer>;
	#defaultRoute: Route | undefined;
	#leaving: ReadonlySet<PeerNo> = new Set();

	constructor(store: PeerStore, configured: readonly RelayPeer[]) {
		this.#store = store;
		this.replace(configured);
	}

	/** In the order of the file. */
	get configured(): readonly RelayPeer[] {
		return this.#configured;
	}

	/** Where a segment goes that names no peers; `undefined` when no peer is a default. */
	get defaultRoute(): Route | undefined {
		return this.#defaultRoute;
	}

	/** From now on these are the peers, and nobody is leaving. */
	replace(configured: readonly RelayPeer[]): void {
		this.#configured = configured;
		this.#byId = new Map(configured.map(peer => [peer.id, peer]));
		this.#byNo = new Map(configured.map(peer => [peer.no, peer]));
		const defaults = configured.filter(({config}) => config.isDefault).map(({id}) => id);
		this.#defaultRoute =
			defaults.length === 0 ? undefined : {...this.#store.route(defaults), isDefault: true};
		this.#leaving = new Set();
	}

	/** Takes nothing new for `peers` until `replace`, or until it is called with none. */
	holdBack(peers: readonly KnownPeer[]): void {
		this.#leaving = new Set(peers.map(({no}) => no));
	}

	/** A reload is about to remove it. */
	isLeaving(no: PeerNo): boolean {
		return this.#leaving.has(no);
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
			throw new EdgedError('UNKNOWN_PEER', this.#whyUnknown(id), {peer_id: id});
		}
		return peer;
	}

	has(id: PeerId): boolean {
		return this.#byId.has(id);
	}

	/** Of a peer that is configured. */
	idOf(no: PeerNo): PeerId | undefined {
		return this.#byNo.get(no)?.id;
	}

	/** Not configured any more, yet records are left for them: nothing is sent, operators can still list and bury. */
	get orphaned(): readonly KnownPeer[] {
		return this.#store.peers().filter(({id, no}) => !this.#byId.has(id) && this.#hasRecords(no));
	}

	#hasRecords(no: PeerNo): boolean {
		const {scheduled, inflight, failed, deadletter} = this.#store.depth(no);
		return scheduled + inflight + failed + deadletter > 0;
	}

	#whyUnknown(id: PeerId): string {
		return this.orphaned.some(orphan => orphan.id === id)
			? `Peer ${id} is not configured any more: its records can be listed, moved, forced and purged, nothing is sent`
			: `No peer ${id} is configured; known: ${this.#configured.map(peer => peer.id).join(', ')}`;
	}
}
