import type {AgeMs, BlockNo, PeerNo} from '../outbound/units.js';
import {AgeSlices} from './age-slices.js';
import type {Wait} from './counters.js';

/** Of blocks from the region before it up to, not including, `end`: read when the commits up to `asOf` were to be seen. */
type Region = {readonly end: BlockNo; readonly asOf: number};
type PeerAges = {readonly slices: AgeSlices; readonly regions: Region[]};

/**
 * How old is what waits, by peer: read once, piece by piece, and kept up with what each commit adds. A commit may be seen by a read
 * before it is told of here; `asOf` keeps it from being counted twice.
 */
export class AgeIndex {
	readonly #peers = new Map<PeerNo, PeerAges>();
	/** Blocks from here on were made after the index: what commits tell of them is all there is. */
	readonly #limit: BlockNo;
	readonly #now: () => AgeMs;

	constructor(limit: BlockNo, now: () => AgeMs) {
		this.#limit = limit;
		this.#now = now;
	}

	slices(peer: PeerNo): AgeSlices {
		return this.#of(peer).slices;
	}

	/** What a look at the blocks of `peer` up to, not including, `end` has found, behind those that were looked at before. */
	addRead(peer: PeerNo, waits: readonly Wait[], region: Region): void {
		const {slices, regions} = this.#of(peer);
		const now = this.#now();
		for (const {createdAge, records, bytes} of waits) {
			slices.add(createdAge, records, bytes, now);
		}
		regions.push(region);
	}

	/** What the commit of this number has changed. */
	apply(waits: readonly Wait[], commit: number): void {
		const now = this.#now();
		for (const {peer, block, createdAge, records, bytes} of waits) {
			const {slices, regions} = this.#of(peer);
			if (block >= this.#limit || commit > readAsOf(regions, block)) {
				slices.add(createdAge, records, bytes, now);
			}
		}
	}

	#of(peer: PeerNo): PeerAges {
		let ages = this.#peers.get(peer);
		if (ages === undefined) {
			ages = {slices: new AgeSlices(), regions: []};
			this.#peers.set(peer, ages);
		}
		return ages;
	}
}

/** Infinity: will be read later, with all that was committed before. */
const readAsOf = (regions: readonly Region[], block: BlockNo): number => {
	let [low, high] = [0, regions.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((regions[middle]?.end ?? 0) <= block) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return regions[low]?.asOf ?? Number.POSITIVE_INFINITY;
};
