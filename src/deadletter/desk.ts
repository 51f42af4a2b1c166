import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {DeliveryRecord, RecordPage} from '../outbound/record.js';
import type {
	BulkProgress,
	DeadletterSelector,
	KnownPeer,
	OutboundStore,
	PageRequest,
} from '../storage/store.js';

/** What the desk needs of the store. */
export type DeskStore = Pick<
	OutboundStore,
	| 'countMatching'
	| 'depth'
	| 'force'
	| 'forceWaiting'
	| 'inspect'
	| 'list'
	| 'purge'
	| 'purgeMatching'
	| 'retry'
	| 'retryMatching'
>;

export type BulkResult = {
	readonly changed: number;
	/** Matched, but the payload is gone. */
	readonly refused: number;
	/** Nothing is left that matched. */
	readonly done: boolean;
	/** For the same selector, to go on where a limit ended it; when it is `undefined` the selector itself goes on. */
	readonly cursor: string | undefined;
};

/** Records in one commit: others write in between, and what is done stays done when the daemon stops. */
const STEP = 1000;

/** What an operator can do with what was buried, and with what should be. */
export class DeadletterDesk {
	readonly #store: DeskStore;

	constructor(store: DeskStore) {
		this.#store = store;
	}

	/** In the order of death. */
	list({cursor, ...selector}: DeadletterSelector, limit: number): RecordPage {
		const page: PageRequest = cursor === undefined ? {limit} : {limit, cursor};
		return this.#store.list({...selector, state: 'deadletter'}, page);
	}

	/** Any record, dead or not: an operator looks before he buries. Throws `NOT_FOUND`. */
	inspect(segment: SegmentId, peer: PeerId): DeliveryRecord {
		const [record] = this.#store.inspect(segment, peer);
		if (record === undefined) {
			throw new EdgedError('NOT_FOUND', `Segment ${segment} is not known here for peer ${peer}`, {
				segment_id: segment,
				peer_id: peer,
			});
		}
		return record;
	}

	/** With a fresh budget, its history and its place in the order. `NOT_FOUND`, `INVALID_STATE`, `SEGMENT_MISSING`. */
	async retry(segment: SegmentId, peer: PeerId): Promise<void> {
		await this.#store.retry(segment, peer);
	}

	/** All that match now, or `limit` of them, in steps of 1,000. */
	async retryMatching(selector: DeadletterSelector, limit?: number): Promise<BulkResult> {
		return this.#inSteps(selector, limit, (rest, step) => this.#store.retryMatching(rest, step));
	}

	/** What `purge` would remove: 1, or 0 for a record that is not dead. Throws `NOT_FOUND`. */
	wouldPurge(segment: SegmentId, peer: PeerId): number {
		return this.inspect(segment, peer).state === 'deadletter' ? 1 : 0;
	}

	/** What `purgeMatching` would remove. */
	wouldPurgeMatching(selector: DeadletterSelector, limit = Number.POSITIVE_INFINITY): number {
		return Math.min(limit, this.#store.countMatching(selector));
	}

	/** Removes the delivery record for good. `NOT_FOUND`, `INVALID_STATE`. */
	async purge(segment: SegmentId, peer: PeerId): Promise<void> {
		await this.#store.purge(segment, peer);
	}

	/** All that match now, or `limit` of them, in steps of 1,000. */
	async purgeMatching(selector: DeadletterSelector, limit?: number): Promise<BulkResult> {
		return this.#inSteps(selector, limit, (rest, step) => this.#store.purgeMatching(rest, step));
	}

	/** Buries a record that is not settled as `FORCED`; `false`: it was dead before. `NOT_FOUND`, `INVALID_STATE`. */
	async force(segment: SegmentId, peer: PeerId, note: string): Promise<boolean> {
		return this.#store.force(segment, peer, note);
	}

	/** All that waits for `peer` now, or about `limit` of it, in steps of 1,000; what is being sent is left alone. `UNKNOWN_PEER`. */
	async forceWaiting(peer: KnownPeer, limit = Number.POSITIVE_INFINITY): Promise<number> {
		const {scheduled, failed} = this.#store.depth(peer.no);
		const most = Math.min(limit, scheduled + failed);
		let forced = 0;
		while (forced < most) {
			const step = await this.#store.forceWaiting(peer.id, Math.min(STEP, most - forced));
			if (step === 0) {
				break;
			}
			forced += step;
		}
		return forced;
	}

	/** Never more than matched at the beginning: what is buried again meanwhile would be met again and again. */
	async #inSteps(
		selector: DeadletterSelector,
		limit: number | undefined,
		step: (selector: DeadletterSelector, limit: number) => Promise<BulkProgress>,
	): Promise<BulkResult> {
		const matching = this.#store.countMatching(selector);
		const most = Math.min(limit ?? matching, matching);
		let rest = selector;
		let changed = 0;
		let refused = 0;
		let done = matching === 0;
		while (!done && changed + refused < most) {
			const progress = await step(rest, Math.min(STEP, most - changed - refused));
			const stuck = progress.changed + progress.refused === 0 && progress.cursor === rest.cursor;
			changed += progress.changed;
			refused += progress.refused;
			done = progress.done || stuck;
			// Without a cursor the first group was cut: what is left of it is found again.
			rest = progress.cursor === undefined ? rest : {...rest, cursor: progress.cursor};
		}
		done ||= changed + refused >= matching;
		return {changed, refused, done, cursor: done ? undefined : rest.cursor};
	}
}
