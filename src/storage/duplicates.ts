import type {SegmentAddress} from '../outbound/made-id.js';
import type {BlockNo} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {StoreHandles} from './handles.js';
import {DIGEST_PREFIX_BYTES, decodeId} from './id-row.js';
import {bucketOf, decodeOrigin, findOrigin, type OriginRun} from './origin-row.js';
import type {PreparedDraft} from './prepared-draft.js';
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
	readonly #taken = new Map<string, PreparedDraft>();
	readonly #originRuns = new Map<string, readonly OriginRun[]>();

	constructor(handles: StoreHandles) {
		this.#handles = handles;
		this.#blockLimit = handles.numbers.blockLimit;
	}

	/** Judges `draft` and, when it is new, takes its id in. */
	judge(draft: PreparedDraft): Verdict {
		const key = draftKey(draft);
		if (key === undefined) {
			return NEW;
		}
		const earlier = this.#taken.get(key);
		if (earlier !== undefined) {
			return sameBytes(earlier.sha256, draft.sha256)
				? this.#sameRoute(draft, earlier.route.peers)
				: OTHER_BYTES;
		}
		const stored =
			draft.address === undefined ? this.#judgeGiven(draft) : this.#judgeAddress(draft, draft.address);
		if (stored.status === 'new') {
			this.#taken.set(key, draft);
		}
		return stored;
	}

	forget(drafts: readonly PreparedDraft[]): void {
		for (const draft of drafts) {
			const key = draftKey(draft);
			if (key !== undefined && this.#taken.get(key) === draft) {
				this.#taken.delete(key);
			}
		}
	}

	#judgeGiven(draft: PreparedDraft): Verdict {
		const row = this.#handles.env.ids.get(draft.givenId ?? '');
		if (row === undefined) {
			return NEW;
		}
		const {block, entry, digestPrefix} = decodeId(row);
		const table = readBlock(this.#handles, block);
		if (table !== undefined) {
			return this.#compare(draft, table, entry);
		}
		// The proof is gone, the id is still remembered: eight bytes of the digest decide.
		return digestPrefix.equals(draft.sha256.subarray(0, DIGEST_PREFIX_BYTES)) ? DUPLICATE : OTHER_BYTES;
	}

	#judgeAddress(draft: PreparedDraft, address: SegmentAddress): Verdict {
		const {storeId} = this.#handles;
		if (address.store === storeId) {
			const own = readBlock(this.#handles, address.block);
			if (
				own !== undefined &&
				address.entry < own.count &&
				own.addressOf(address.entry)?.block === address.block
			) {
				return this.#compare(draft, own, address.entry);
			}
			if (address.block >= this.#blockLimit) {
				return {status: 'conflict', note: 'its id names an address that this store has not made yet'};
			}
		}
		const here = findOrigin(this.#runsOf(address), address.block, address.entry);
		if (here === undefined) {
			return NEW;
		}
		const table = readBlock(this.#handles, here.block);
		return table === undefined ? DUPLICATE : this.#compare(draft, table, here.entry);
	}

	#runsOf({store, block}: SegmentAddress): readonly OriginRun[] {
		const bucket = bucketOf(block);
		const key = `${store} ${bucket}`;
		let runs = this.#originRuns.get(key);
		if (runs === undefined) {
			const row = this.#handles.env.origins.get([store, bucket]);
			runs = row === undefined ? [] : decodeOrigin(row, bucket).runs;
			this.#originRuns.set(key, runs);
		}
		return runs;
	}

	#compare(draft: PreparedDraft, table: BlockTable, entry: number): Verdict {
		if (isPurgedEverywhere(this.#handles, table, entry)) {
			return NEW;
		}
		if (!sameBytes(table.sha256Of(entry), draft.sha256)) {
			return OTHER_BYTES;
		}
		const verdict = this.#sameRoute(draft, table.route);
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

const draftKey = ({givenId, address}: PreparedDraft): string | undefined =>
	address === undefined ? givenId : originKey(address);

/** Cannot be mistaken for a given id: those have no blank. */
const originKey = ({store, block, entry}: {store: number; block: BlockNo; entry: number}): string =>
	`${store} ${block} ${entry}`;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
