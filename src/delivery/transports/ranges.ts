import type {IndexRange} from '../../storage/store.js';

/** Neighbours that rise by one become one range. */
export const rangesOf = (indexes: readonly number[]): readonly IndexRange[] => {
	const ranges: Array<[number, number]> = [];
	for (const index of indexes) {
		const open = ranges.at(-1);
		if (open !== undefined && open[1] === index - 1) {
			open[1] = index;
		} else {
			ranges.push([index, index]);
		}
	}
	return ranges;
};
