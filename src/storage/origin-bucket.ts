import type {StoreId} from '../outbound/made-id.js';
import type {BlockNo} from '../outbound/units.js';
import {ORIGIN_BUCKET_BLOCKS} from './layout.js';
import {bucketOf, findOrigin, type LocalAddress, type OriginRun} from './origin-row.js';
import type {PreparedDraft} from './prepared-draft.js';

const ENTRIES = 65_536;
const NO_RUNS: readonly OriginRun[] = [];

/**
 * What came from 64 consecutive blocks of another store: before a group commit, and in it. Segments of one sender come in order, so
 * whoever looks many up asks `holds` of the bucket used last before it finds another.
 */
export class OriginBucket {
	readonly #store: StoreId;
	readonly #bucket: number;
	/** By foreign block. */
	readonly #runs = new Map<number, OriginRun[]>();
	readonly #taken = new Map<number, PreparedDraft>();

	constructor(store: StoreId, bucket: number, runs: readonly OriginRun[]) {
		this.#store = store;
		this.#bucket = bucket;
		for (const run of runs) {
			for (let step = 0; step < (run.stride === 0 ? 1 : run.count); step++) {
				const ofBlock = this.#runs.get(run.block + step);
				if (ofBlock === undefined) {
					this.#runs.set(run.block + step, [run]);
				} else {
					ofBlock.push(run);
				}
			}
		}
	}

	holds(store: StoreId, block: BlockNo): boolean {
		return store === this.#store && bucketOf(block) === this.#bucket;
	}

	/** Where a segment is that came before the group commit. */
	stored(block: BlockNo, entry: number): LocalAddress | undefined {
		return findOrigin(this.#runs.get(block) ?? NO_RUNS, block, entry);
	}

	taken(block: BlockNo, entry: number): PreparedDraft | undefined {
		return this.#taken.get(keyOf(block, entry));
	}

	take(block: BlockNo, entry: number, draft: PreparedDraft): void {
		this.#taken.set(keyOf(block, entry), draft);
	}

	forget(block: BlockNo, entry: number, draft: PreparedDraft): void {
		if (this.taken(block, entry) === draft) {
			this.#taken.delete(keyOf(block, entry));
		}
	}
}

const keyOf = (block: BlockNo, entry: number): number => (block % ORIGIN_BUCKET_BLOCKS) * ENTRIES + entry;
