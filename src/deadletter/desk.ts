import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {DeliveryRecord, RecordPage} from '../outbound/record.js';
import type {
	BulkProgress,
	DeadletterSelector,
	DeadTally,
	KnownPeer,
	OutboundStore,
	PageRequest,
} from '../storage/store.js';

/** What the desk needs of the store. */
export type DeskStore = Pick<
	OutboundStore,
	| 'depth'
	| 'force'
	| 'forceWaiting'
	| 'inspect'
	| 'list'
	| 'purge'
	| 'purgeMatching'
	| 'retry'
	| 'retryMatching'
	| 'tallyMatching'
>;

export type BulkResult = {
	readonly changed: number;
	/** Matched, but the payload is gone. */
	readonly refused: number;
	/** Nothing is left that matched. */
	readonly done: boolean;
	/** For the same selector, to go on where a limit ended it. */
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

	/** In the order of death. With the number of all that match, unless that would take long to count. */
	list({cursor, ...selector}: DeadletterSelector, limit: number): RecordPage {
		const request: PageRequest = cursor === undefined ? {limit} : {limit, cursor};
		const page = this.#store.list({...selector, state: 'deadletter'}, request);
		if (page.total !== undefined) {
			return page;
		}
		const {tally, done} = this.#store.tallyMatching(selector);
		return done ? {...page, total: tally.reduce((sum, {records}) => sum + records, 0)} : page;
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

	/** As `tally`, for one record: empty for one that is not dead. Throws `NOT_FOUND`. */
	async tallyOne(segment: SegmentId, peer: PeerId): Promise<DeadTally> {
		const {state, reason} = this.inspect(segment, peer);
		return state === 'deadletter' && reason !== undefined ? [{peer, reason, records: 1}] : [];
	}

	/** What `force` would bury: 1, or 0 for what is dead already. Throws `NOT_FOUND`, and `INVALID_STATE` as `force` would. */
	wouldForce(segment: SegmentId, peer: PeerId): number {
		const {state} = this.inspect(segment, peer);
		if (state === 'acked' || state === 'satisfied') {
			throw new EdgedError(
				'INVALID_STATE',
				`segment ${segment} for peer ${peer} is ${state}: it cannot be buried`,
				{
					segment_id: segment,
					peer_id: peer,
					state,
				},
			);
		}
		return state === 'deadletter' ? 0 : 1;
	}

	/** What matches now, by peer and reason: exact, and never long at a time. */
	async tally(selector: DeadletterSelector): Promise<DeadTally> {
		const lines: DeadTally[number][] = [];
		let rest = selector;
		for (;;) {
			const {tally, cursor, done} = this.#store.tallyMatching(rest);
			lines.push(...tally);
			if (done || cursor === undefined) {
				return lines;
			}
			rest = {...rest, cursor};
			await new Promise(resolve => setImmediate(resolve)); // Others come in between.
		}
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

	/** What is buried again meanwhile is not met: the cursor says what was dead when the first step began. */
	async #inSteps(
		selector: DeadletterSelector,
		limit = Number.POSITIVE_INFINITY,
		step: (selector: DeadletterSelector, limit: number) => Promise<BulkProgress>,
	): Promise<BulkResult> {
		let rest = selector;
		let changed = 0;
		let refused = 0;
		let done = false;
		while (!done && changed + refused < limit) {
			const progress = await step(rest, Math.min(STEP, limit - changed - refused));
			changed += progress.changed;
			refused += progress.refused;
			done = progress.done || progress.cursor === undefined;
			rest = progress.cursor === undefined ? rest : {...rest, cursor: progress.cursor};
		}
		return {changed, refused, done, cursor: done ? undefined : rest.cursor};
	}
}
