import type {StoreQuota} from '../../src/storage/store.js';

/** Daily quotas of a store that has none. */
export const noQuota: StoreQuota = {
	limit: () => {},
	use: () => ({usedBytes: 0, deferCount: 0, dropCount: 0, exhaustedAt: undefined, returnsAt: undefined}),
	waitOf: () => undefined,
	isHeldUp: () => false,
	drops: () => 0,
	spentForMs: () => undefined,
	refusal: () => undefined,
	chargeMore: async () => true,
	note: async () => {},
};
