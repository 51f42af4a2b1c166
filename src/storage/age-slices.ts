import type {AgeMs} from '../outbound/units.js';

/** The narrowest slice. */
const BASE_MS = 4096;
/** A slice is never wider than its age divided by this. */
const FINENESS = 64;
/** So many new slices are worth a look for what can be joined. */
const NEW_SLICES = 256;

export type AgeBucket = {readonly records: number; readonly bytes: number};
type Slice = {readonly from: number; readonly width: number; records: number; bytes: number};

/**
 * How much was enqueued when, of what waits for one peer: sums over slices of time, narrow where they are recent and wider with age,
 * so that their number is bounded by some hundreds whatever waits. A slice is a power of two wide and begins at a multiple of its
 * width, so that two of them are nested or apart.
 */
export class AgeSlices {
	/** By time, ascending. */
	#slices: Slice[] = [];
	#joined = 0;
	#last: Slice | undefined;
	records = 0;
	bytes = 0;

	get size(): number {
		return this.#slices.length;
	}

	/** Less than 0 takes away. */
	add(createdAge: AgeMs, records: number, bytes: number, now: AgeMs): void {
		const slice = this.#sliceOf(createdAge);
		slice.records += records;
		slice.bytes += bytes;
		this.records += records;
		this.bytes += bytes;
		if (this.#slices.length > this.#joined + NEW_SLICES) {
			this.#join(now);
		}
	}

	/** What is younger than the first border, than the second, ..., and what is as old as the last: one more than there are `borders`. */
	buckets(now: AgeMs, borders: readonly number[]): readonly AgeBucket[] {
		this.#join(now);
		const sums = [...borders, Number.POSITIVE_INFINITY].map(() => ({records: 0, bytes: 0}));
		for (const slice of this.#slices) {
			const age = ageOf(slice, now);
			const at = borders.findIndex(border => age < border);
			const sum = sums.at(at);
			if (sum !== undefined) {
				sum.records += slice.records;
				sum.bytes += slice.bytes;
			}
		}
		return sums;
	}

	#sliceOf(at: number): Slice {
		if (this.#last !== undefined && holds(this.#last, at)) {
			return this.#last;
		}
		const behind = this.#firstBehind(at);
		const before = this.#slices[behind - 1];
		if (before !== undefined && holds(before, at)) {
			this.#last = before;
			return before;
		}
		const slice: Slice = {from: at - (at % BASE_MS), width: BASE_MS, records: 0, bytes: 0};
		this.#slices.splice(behind, 0, slice);
		this.#last = slice;
		return slice;
	}

	/** Index of the first slice that begins after `at`. */
	#firstBehind(at: number): number {
		let [low, high] = [0, this.#slices.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#slices[middle]?.from ?? 0) <= at) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		return low;
	}

	/** Joins what has become old, and drops what is empty. */
	#join(now: AgeMs): void {
		const joined: Slice[] = [];
		for (const {from, width: narrow, records, bytes} of this.#slices) {
			if (records === 0 && bytes === 0) {
				continue;
			}
			const last = joined.at(-1);
			if (last !== undefined && holds(last, from)) {
				last.records += records;
				last.bytes += bytes;
				continue;
			}
			const width = widthAt(from, narrow, now);
			joined.push({from: from - (from % width), width, records, bytes});
		}
		this.#slices = joined;
		this.#joined = joined.length;
		this.#last = undefined;
	}
}

const holds = ({from, width}: Slice, at: number): boolean => at >= from && at < from + width;

/** The middle of the slice: no record in it is further from that than half of the width. */
const ageOf = ({from, width}: Slice, now: AgeMs): number => Math.max(0, now - from - width / 2);

/** How wide a slice around `from` may be that is all of it old enough. */
const widthAt = (from: number, narrow: number, now: AgeMs): number => {
	let width = narrow;
	while (width * 2 * FINENESS <= now - (from - (from % (width * 2)) + width * 2)) {
		width *= 2;
	}
	return width;
};
