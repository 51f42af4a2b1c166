import type {Span} from './tree-walk.js';

const NEGATIVE = 2n ** 63n;

/**
 * The pages in a row of the free list, as lmdb-js writes it (midl.c): u64 number of slots, then the slots. 0 is an empty slot; minus
 * n says that the slot behind it is the first of n pages. `undefined`: this cannot be such a row.
 */
export const readFreeList = (row: Buffer): readonly Span[] | undefined => {
	if (row.length < 8 || row.length % 8 !== 0) {
		return undefined;
	}
	const slots = row.readBigUInt64LE(0);
	if (slots > BigInt(row.length / 8 - 1)) {
		return undefined;
	}
	const spans: Span[] = [];
	let count = 1;
	for (let slot = 1; slot <= Number(slots); slot++) {
		const value = row.readBigUInt64LE(slot * 8);
		if (value >= NEGATIVE) {
			count = Number(2n ** 64n - value);
		} else if (value !== 0n) {
			spans.push({first: Number(value), count});
			count = 1;
		}
	}
	return spans;
};
