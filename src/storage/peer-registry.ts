import {EdgedError} from '../outbound/errors.js';
import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {Environment} from './environment.js';
import {END} from './layout.js';
import {copyKey, META_PEER} from './meta-keys.js';
import type {KnownPeer, Route} from './store.js';

/** The numbers of the peers, and the interned routes. Numbers start at 1 (0 is the store's own) and are never used twice. */
export class PeerRegistry {
	readonly #byId = new Map<PeerId, PeerNo>();
	readonly #byNo = new Map<PeerNo, PeerId>();
	readonly #routes = new Map<string, Route>();

	constructor(env: Environment) {
		for (const prefix of [copyKey([META_PEER]), [META_PEER]] as string[][]) {
			for (const {key, value} of env.meta.getRange({start: prefix, end: [...prefix, END]})) {
				this.add({id: value.toString('utf8') as PeerId, no: (key as [string, PeerNo]).at(-1) as PeerNo});
			}
		}
	}

	add({id, no}: KnownPeer): void {
		this.#byId.set(id, no);
		this.#byNo.set(no, id);
	}

	get all(): readonly KnownPeer[] {
		return [...this.#byNo].map(([no, id]) => ({id, no})).sort((a, b) => a.no - b.no);
	}

	get nextNo(): PeerNo {
		return (Math.max(0, ...this.#byNo.keys()) + 1) as PeerNo;
	}

	find(id: PeerId): PeerNo | undefined {
		return this.#byId.get(id);
	}

	/** Throws `UNKNOWN_PEER` that names the peers there are. */
	no(id: PeerId): PeerNo {
		const no = this.#byId.get(id);
		if (no === undefined) {
			const known = this.all.map(peer => peer.id);
			const list =
				known.length === 0 ? 'no peer is configured' : `known are ${known.slice(0, 20).join(', ')}`;
			throw new EdgedError('UNKNOWN_PEER', `there is no peer ${id}: ${list}`, {peer_id: id});
		}
		return no;
	}

	id(no: PeerNo): PeerId {
		return this.#byNo.get(no) ?? (`peer-${no}` as PeerId);
	}

	route(ids: readonly PeerId[]): Route {
		if (ids.length === 0) {
			throw new EdgedError('UNKNOWN_PEER', 'the segment names no peer and no peer is a default one');
		}
		return this.routeOf(ids.map(id => this.no(id)));
	}

	/** The one object for this set of peers, in ascending order, without doubles. */
	routeOf(numbers: readonly PeerNo[]): Route {
		const peers = [...new Set(numbers)].sort((a, b) => a - b);
		const key = peers.join(' ') as Route['key'];
		let route = this.#routes.get(key);
		if (route === undefined) {
			route = {peers, key};
			this.#routes.set(key, route);
		}
		return route;
	}
}
