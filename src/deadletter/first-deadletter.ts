import type {PeerId} from '../outbound/names.js';
import type {KnownPeer, OutboundStore} from '../storage/store.js';

export type FirstDeadletterOptions = {
	readonly store: Pick<OutboundStore, 'deadletterCounts' | 'peers'>;
	/** Called once when a peer without deadletters gets its first, and again only after all of its were retried or purged. */
	onFirst(peer: PeerId): void;
};

/** Tells an operator of the first deadletter of a peer: the one that is news. What was there at the start is none. */
export class FirstDeadletter {
	readonly #options: FirstDeadletterOptions;
	readonly #haveSome = new Set<PeerId>();

	constructor(options: FirstDeadletterOptions) {
		this.#options = options;
		for (const peer of options.store.peers()) {
			this.#hasSome(peer);
		}
	}

	/** Reads the counters; to be called after what may bury: a settlement, an expiry, a force. Cheap. */
	look(): void {
		for (const peer of this.#options.store.peers()) {
			const hadSome = this.#haveSome.has(peer.id);
			if (this.#hasSome(peer) && !hadSome) {
				this.#options.onFirst(peer.id);
			}
		}
	}

	#hasSome({id, no}: KnownPeer): boolean {
		const counts = Object.values(this.#options.store.deadletterCounts(no));
		const hasSome = counts.some(count => count > 0);
		if (hasSome) {
			this.#haveSome.add(id);
		} else {
			this.#haveSome.delete(id);
		}
		return hasSome;
	}
}
