import type {LmdbStore} from '../../src/storage/lmdb-store.js';

/** A few turns of the event loop without a write under way: whoever was going to do something has done it. */
const QUIET_TURNS = 6;

export type WatchedStore = {
	readonly store: LmdbStore;
	/** Resolves when no write is under way and nobody begins one. */
	quiet(): Promise<void>;
};

/** The same store, of which is known whether a write is under way: for tests whose clock stands still until all is done. */
export const watchedStore = (store: LmdbStore): WatchedStore => {
	let open = 0;
	let calls = 0;
	const counted = <Result>(result: Result): Result => {
		if (result instanceof Promise) {
			open++;
			calls++;
			result.finally(() => open--).catch(() => undefined);
		}
		return result;
	};
	const watch = <Target extends object>(target: Target): Target =>
		new Proxy(target, {
			get(object, name) {
				const value: unknown = Reflect.get(object, name, object);
				return typeof value === 'function'
					? (...args: unknown[]) => counted(Reflect.apply(value, object, args))
					: name === 'quota'
						? watch(value as object)
						: value;
			},
		});
	return {
		store: watch(store),
		quiet: async () => {
			for (let turns = 0, before = -1; turns < QUIET_TURNS; turns++) {
				await new Promise(resolve => setImmediate(resolve));
				if (open > 0 || calls !== before) {
					turns = -1;
					before = calls;
				}
			}
		},
	};
};
