import type {PeerId} from '../../../src/outbound/names.js';

const BUCKET_MS = 300_000;
const DAY_BUCKETS = 288;

type Spent = {readonly bucket: number; readonly peer: PeerId; readonly bytes: number};

/** The daily quota of all peers together as a list of what was sent, and when. The store's clock is one millisecond ahead of the model's. */
export class ModelQuota {
	/** 0 = unlimited. */
	limit = 0;
	readonly #spent: Spent[] = [];

	spend(now: number, peer: PeerId, bytes: number): void {
		this.#spent.push({bucket: bucketAt(now), peer, bytes});
	}

	/** Of all peers, or of one; without what open leases are charged. */
	spent(now: number, peer?: PeerId): number {
		return this.#spent
			.filter(({bucket}) => bucket >= bucketAt(now) - DAY_BUCKETS)
			.filter(spent => peer === undefined || spent.peer === peer)
			.reduce((sum, {bytes}) => sum + bytes, 0);
	}
}

const bucketAt = (now: number): number => Math.floor((now + 1) / BUCKET_MS);
