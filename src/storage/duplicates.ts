import type {SegmentAddress} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {BlockNo} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {StoreHandles} from './handles.js';
import {DIGEST_PREFIX_BYTES, decodeId} from './id-row.js';
import {OriginBucket} from './origin-bucket.js';
import {bucketOf, decodeOrigin, type LocalAddress} from './origin-row.js';
import {type PreparedDraft, sha256Of} from './prepared-draft.js';
import {isBuriedAnywhere, isPurgedEverywhere} from './record-view.js';

/** What the store, or the group commit that is forming, already has under a draft's id. */
export type Verdict =
	| {readonly status: 'new'}
	| {readonly status: 'duplicate' | 'conflict'; readonly note: string | undefined};

const NEW: Verdict = {status: 'new'};

/**
 * Finds duplicates and conflicts for one group commit. Sees what is committed and what the group has taken in so far; group
 * commits follow one another, so nothing else adds ids meanwhile. Make it before the group takes its block numbers; `forget` takes
 * back a call that was refused.
 */
export class DuplicateFinder {
	readonly #handles: StoreHandles;
	/** Blocks from here on are not made yet, or by the group commit itself: nobody can know their addresses. */
	readonly #blockLimit: BlockNo;
	readonly #givenIds = new Map<SegmentId, PreparedDraft>();
	readonly #buckets = new Map<string, OriginBucket>();
	#lastBucket: OriginBucket | undefined;

	constructor(handles: StoreHandles) {
		this.#handles = handles;
		this.#blockLimit = handles.numbers.blockLimit;
	}

	/** Judges `draft` and, when it is new, takes its id in. */
	judge(draft: PreparedDraft): Verdict {
		if (draft.address !== undefined) {
			return this.#judgeAddress(draft, draft.address);
		}
		return draft.givenId === undefined ? NEW : this.#judgeGiven(draft, draft.givenId);
	}

	forget(drafts: readonly PreparedDraft[]): void {
		for (const draft of drafts) {
			const {address, givenId} = draft;
			if (address !== undefined) {
				this.#bucketOf(address).forget(address.block, address.entry, draft);
			} else if (givenId !== undefined && this.#givenIds.get(givenId) === draft) {
				this.#givenIds.delete(givenId);
			}
		}
	}

	#judgeGiven(draft: PreparedDraft, id: SegmentId): Verdict {
		const earlier = this.#givenIds.get(id);
		if (earlier !== undefined) {
			return this.#compareTaken(draft, earlier);
		}
		const verdict = this.#judgeStored(draft, id);
		if (verdict.status === 'new') {
			this.#givenIds.set(id, draft);
		}
		return verdict;
	}

	#judgeStored(draft: PreparedDraft, id: SegmentId): Verdict {
		const row = this.#handles.env.ids.get(id);
		if (row === undefined) {
			return NEW;
		}
		const {block, entry, digestPrefix} = decodeId(row);
		const table = readBlock(this.#handles, block);
		if (table !== undefined) {
			return this.#compare(draft, table, entry);
		}
		// The proof is gone, the id is still remembered: eight bytes of the digest decide.
		return digestPrefix.equals(sha256Of(draft).subarray(0, DIGEST_PREFIX_BYTES)) ? DUPLICATE : OTHER_BYTES;
	}

	#judgeAddress(draft: PreparedDraft, address: SegmentAddress): Verdict {
		const {block, entry} = address;
		const bucket = this.#bucketOf(address);
		const earlier = bucket.taken(block, entry);
		if (earlier !== undefined) {
			return this.#compareTaken(draft, earlier);
		}
		const verdict = this.#judgeOwn(draft, address) ?? this.#judgeForeign(draft, bucket.stored(block, entry));
		if (verdict.status === 'new') {
			bucket.take(block, entry, draft);
		}
		return verdict;
	}

	/** For an address of this store. `undefined`: nothing is there, or no longer. */
	#judgeOwn(draft: PreparedDraft, {store, block, entry}: SegmentAddress): Verdict | undefined {
		if (store !== this.#handles.storeId) {
			return undefined;
		}
		const own = readBlock(this.#handles, block);
		if (own !== undefined && entry < own.count && own.addressOf(entry)?.block === block) {
			const verdict = this.#compare(draft, own, entry);
			// What was purged may have come back since, from elsewhere.
			return verdict.status === 'new' ? undefined : verdict;
		}
		return block >= this.#blockLimit ? NOT_MADE : undefined;
	}

	#judgeForeign(draft: PreparedDraft, here: LocalAddress | undefined): Verdict {
		if (here === undefined) {
			return NEW;
		}
		const table = readBlock(this.#handles, here.block);
		return table === undefined ? DUPLICATE : this.#compare(draft, table, here.entry);
	}

	#bucketOf({store, block}: SegmentAddress): OriginBucket {
		if (this.#lastBucket?.holds(store, block) === true) {
			return this.#lastBucket;
		}
		const no = bucketOf(block);
		const key = `${store} ${no}`;
		let bucket = this.#buckets.get(key);
		if (bucket === undefined) {
			const row = this.#handles.env.origins.get([store, no]);
			bucket = new OriginBucket(store, no, row === undefined ? [] : decodeOrigin(row, no).runs);
			this.#buckets.set(key, bucket);
		}
		this.#lastBucket = bucket;
		return bucket;
	}

	#compareTaken(draft: PreparedDraft, earlier: PreparedDraft): Verdict {
		return sha256Of(earlier).equals(sha256Of(draft))
			? this.#sameRoute(draft, earlier.route.peers)
			: OTHER_BYTES;
	}

	#compare(draft: PreparedDraft, table: BlockTable, entry: number): Verdict {
		if (isPurgedEverywhere(this.#handles, table, entry)) {
			return NEW;
		}
		if (!table.sha256Of(entry).equals(sha256Of(draft))) {
			return OTHER_BYTES;
		}
		const verdict = this.#sameRoute(draft, table.routeAsEnqueued);
		return verdict.status === 'duplicate' && isBuriedAnywhere(this.#handles, table, entry)
			? {status: 'duplicate', note: 'its first copy is buried: see the deadletters'}
			: verdict;
	}

	#sameRoute(draft: PreparedDraft, route: readonly number[]): Verdict {
		const {peers} = this.#handles;
		const isSame = peers.routeOf(route as PreparedDraft['route']['peers']).key === draft.route.key;
		if (isSame || draft.route.isDefault) {
			return DUPLICATE;
		}
		const names = route.map(no => peers.id(no as PreparedDraft['route']['peers'][number])).join(', ');
		return {status: 'conflict', note: `the id is taken by the same bytes with the route ${names}`};
	}
}

const DUPLICATE: Verdict = {status: 'duplicate', note: undefined};
const OTHER_BYTES: Verdict = {status: 'conflict', note: 'the id is taken by other bytes'};
const NOT_MADE: Verdict = {
	status: 'conflict',
	note: 'its id names an address that this store has not made yet',
};
