import type {BlockNo, Brand} from '../outbound/units.js';

/** A moment in the order of enqueues. */
export type Horizon = Brand<number, 'Horizon'>;

/** In which order what waits in one class is served. What failed and is due alternates with it, the longest due first. */
export type ServiceOrder =
	| {readonly kind: 'oldest_first' | 'newest_first'}
	/** What was enqueued since `live`, then the rest; each the oldest first. */
	| {readonly kind: 'live_first'; readonly live: Horizon};

/** Block numbers from `first` to `last`, both included. */
export type BlockRange = {readonly first: number; readonly last: number};
/** A range and the direction in which it is served. */
export type Stretch = BlockRange & {readonly isReverse: boolean};

/** Above every block number. */
export const LAST_BLOCK = Number.MAX_SAFE_INTEGER;
export const OLDEST_FIRST: ServiceOrder = {kind: 'oldest_first'};

/** All blocks, in the order in which those of one class are served. */
export const stretchesOf = (order: ServiceOrder): readonly Stretch[] => {
	switch (order.kind) {
		case 'oldest_first':
			return [{first: 0, last: LAST_BLOCK, isReverse: false}];
		case 'newest_first':
			return [{first: 0, last: LAST_BLOCK, isReverse: true}];
		case 'live_first':
			return [
				{first: order.live, last: LAST_BLOCK, isReverse: false},
				{first: 0, last: order.live - 1, isReverse: false},
			];
	}
};

/** Is `block` served before `other`, of the same class? */
export const isServedBefore = (order: ServiceOrder, block: BlockNo, other: BlockNo): boolean => {
	switch (order.kind) {
		case 'oldest_first':
			return block < other;
		case 'newest_first':
			return block > other;
		case 'live_first': {
			const isLive = block >= order.live;
			return isLive === other >= order.live ? block < other : isLive;
		}
	}
};

/** The blocks that are served before `block`, of the same class. */
export const rangesBefore = (order: ServiceOrder, block: BlockNo): readonly BlockRange[] => {
	const below = {first: 0, last: block - 1};
	switch (order.kind) {
		case 'oldest_first':
			return [below];
		case 'newest_first':
			return [{first: block + 1, last: LAST_BLOCK}];
		case 'live_first':
			return block >= order.live
				? [{first: order.live, last: block - 1}]
				: [{first: order.live, last: LAST_BLOCK}, below];
	}
};

/** The blocks that are served after `block`, of the same class. */
export const rangesBehind = (order: ServiceOrder, block: BlockNo): readonly BlockRange[] => {
	const above = {first: block + 1, last: LAST_BLOCK};
	switch (order.kind) {
		case 'oldest_first':
			return [above];
		case 'newest_first':
			return [{first: 0, last: block - 1}];
		case 'live_first':
			return block >= order.live
				? [above, {first: 0, last: order.live - 1}]
				: [{first: block + 1, last: order.live - 1}];
	}
};
