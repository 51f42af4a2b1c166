import type {Logger} from '../runtime/logger.js';
import type {OutboundStore} from '../storage/store.js';
import {isStrained} from './views/storage-view.js';

export type SpaceWatchOptions = {
	readonly store: Pick<OutboundStore, 'space'>;
	readonly logger: Pick<Logger, 'warn' | 'info'>;
};

/** Says in the log when space becomes short, and when it is no longer, while nobody has been refused yet. */
export class SpaceWatch {
	readonly #options: SpaceWatchOptions;
	#wasStrained = false;

	constructor(options: SpaceWatchOptions) {
		this.#options = options;
	}

	look(): void {
		const {store, logger} = this.#options;
		const space = store.space();
		const isNow = isStrained(space);
		if (isNow === this.#wasStrained) {
			return;
		}
		this.#wasStrained = isNow;
		const facts = {
			live_bytes: space.liveBytes,
			ceiling_bytes: space.ceilingBytes,
			free_bytes: space.freeBytes,
		};
		if (isNow) {
			logger.warn(facts, 'space runs short');
		} else {
			logger.info(facts, 'there is space again');
		}
	}
}
