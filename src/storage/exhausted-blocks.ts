import type {BlockNo} from '../outbound/units.js';
import type {BlockRange, Stretch} from './service-order.js';

/** More are forgotten, the shortest first: what is forgotten is looked at again, no more. */
const MOST_RANGES = 64;

/**
 * Block numbers among which nothing is to be found: leased, or nothing waits there. A search passes over them in one step, whichever
 * way it goes. Ranges are sorted, disjoint and not adjacent.
 */
export class ExhaustedBlocks {
	#ranges: BlockRange[] = [];

	/** The first block that is not exhausted. */
	get end(): BlockNo {
		const [first] = this.#ranges;
		return (first?.first === 0 ? first.last + 1 : 0) as BlockNo;
	}

	add({first, last}: BlockRange): void {
		const apart = this.#ranges.filter(range => range.last + 1 < first || range.first > last + 1);
		const touching = this.#ranges.filter(range => range.last + 1 >= first && range.first <= last + 1);
		const merged = {
			first: Math.min(first, ...touching.map(range => range.first)),
			last: Math.max(last, ...touching.map(range => range.last)),
		};
		this.#ranges = [...apart, merged].sort((a, b) => a.first - b.first);
		this.#bound();
	}

	/** Something is to be found in `block` again. */
	remove(block: BlockNo): void {
		const at = this.#ranges.findIndex(({first, last}) => first <= block && block <= last);
		const range = this.#ranges[at];
		if (range === undefined) {
			return;
		}
		const left = {first: range.first, last: block - 1};
		const right = {first: block + 1, last: range.last};
		this.#ranges.splice(at, 1, ...[left, right].filter(({first, last}) => first <= last));
		this.#bound();
	}

	/** The rest of `stretch`, in its direction. */
	gapsIn({first, last, isReverse}: Stretch): readonly BlockRange[] {
		const gaps: BlockRange[] = [];
		let from = first;
		for (const range of this.#ranges) {
			if (range.last < from) {
				continue;
			}
			if (range.first > last) {
				break;
			}
			if (range.first > from) {
				gaps.push({first: from, last: range.first - 1});
			}
			from = range.last + 1;
		}
		if (from <= last) {
			gaps.push({first: from, last});
		}
		return isReverse ? gaps.reverse() : gaps;
	}

	#bound(): void {
		if (this.#ranges.length > MOST_RANGES) {
			const length = ({first, last}: BlockRange): number => last - first;
			const shortest = this.#ranges.reduce((a, b) => (length(b) < length(a) ? b : a));
			this.#ranges = this.#ranges.filter(range => range !== shortest);
		}
	}
}
