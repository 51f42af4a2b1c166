import type {IngestState} from '../ingest/options.js';
import type {Result} from '../rpc/contract/methods.js';

export type PingState = Result<'daemon.ping'>['state'];

/** Where the daemon is in its life, and whether the store takes writes. What the doors and the ping say follows from it. */
export class Phase {
	readonly #store: {readonly isFailing: boolean};
	#life: 'starting' | 'running' | 'stopping' = 'starting';

	constructor(store: {readonly isFailing: boolean}) {
		this.#store = store;
	}

	get isRunning(): boolean {
		return this.#life === 'running';
	}

	get isStopping(): boolean {
		return this.#life === 'stopping';
	}

	started(): void {
		if (this.#life === 'starting') {
			this.#life = 'running';
		}
	}

	stopping(): void {
		this.#life = 'stopping';
	}

	/** `all_draining`: an operator drains every lane. */
	toPing(lanes: 'open' | 'all_draining'): PingState {
		if (this.#life === 'starting') {
			return 'starting';
		}
		if (this.#life === 'stopping' || lanes === 'all_draining') {
			return 'draining';
		}
		return this.#store.isFailing ? 'degraded' : 'running';
	}

	toIngest(lanes: 'open' | 'all_draining'): IngestState {
		const state = this.toPing(lanes);
		return this.#life === 'stopping' ? 'stopping' : state;
	}
}
