import type {StoreId} from '../outbound/made-id.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {MAX_STORES} from './entry-record.js';
import {LARGE_PAYLOAD_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_ENTRIES} from './layout.js';
import type {Numbers} from './numbers.js';
import type {PreparedDraft} from './prepared-draft.js';
import type {Route} from './store.js';

/** A block that a group commit is about to write. */
export type PlannedBlock = {
	readonly block: BlockNo;
	readonly route: Route;
	readonly classNo: ClassNo;
	readonly drafts: PreparedDraft[];
	readonly stores: StoreId[];
	payloadBytes: number;
};

/**
 * Sorts the segments of a group commit into blocks by route and class. A block is cut at its limits, and wherever going on with
 * it would put a segment before an earlier one of the same peer and class: blocks are leased in the order of their numbers.
 */
export class BlockPlan {
	readonly blocks: PlannedBlock[] = [];
	readonly #numbers: Numbers;
	readonly #ownStore: StoreId;
	/** The last block that holds something of a class for a peer. */
	readonly #latest = new Map<number, PlannedBlock>();
	readonly #open = new Map<string, PlannedBlock>();

	constructor(numbers: Numbers, ownStore: StoreId) {
		this.#numbers = numbers;
		this.#ownStore = ownStore;
	}

	/** Gives the draft its address. */
	add(draft: PreparedDraft): void {
		const key = `${draft.classNo} ${draft.route.key}`;
		let block = this.#open.get(key);
		if (block === undefined || !this.#fits(block, draft)) {
			block = {
				block: this.#numbers.nextBlock(),
				route: draft.route,
				classNo: draft.classNo,
				drafts: [],
				stores: [],
				payloadBytes: 0,
			};
			this.blocks.push(block);
			this.#open.set(key, block);
		}
		for (const peer of draft.route.peers) {
			this.#latest.set(latestKey(peer, draft.classNo), block);
		}
		draft.block = block.block;
		draft.entry = block.drafts.length;
		block.drafts.push(draft);
		block.payloadBytes += draft.payload.length;
		const store = draft.address?.store;
		if (store !== undefined && store !== this.#ownStore && !block.stores.includes(store)) {
			block.stores.push(store);
		}
	}

	#fits(block: PlannedBlock, draft: PreparedDraft): boolean {
		return (
			block.drafts.length < MAX_BLOCK_ENTRIES &&
			draft.payload.length <= LARGE_PAYLOAD_BYTES &&
			// A large payload comes first, or it would not have been taken.
			(block.drafts[0]?.payload.length ?? 0) <= LARGE_PAYLOAD_BYTES &&
			block.payloadBytes + draft.payload.length <= MAX_BLOCK_BYTES &&
			block.stores.length < MAX_STORES - 1 &&
			draft.route.peers.every(peer => this.#latest.get(latestKey(peer, draft.classNo)) === block)
		);
	}
}

const latestKey = (peer: PeerNo, classNo: ClassNo): number => peer * 4 + classNo;
