import type {IngestState} from '../ingest/options.js';
import type {Result} from '../rpc/contract/methods.js';

export type PingState = Result<'daemon.ping'>['state'];

/** Where the daemon is in its life, and whether the store takes writes. What the doors and the ping say follows from it. */
export class Phase {
	#life: 'starting' | 'running' | 'stopping' = 'starting';
	#degraded = false;

	get isRunning(): boolean {
		return this.#life === 'running';
	}

	get isStopping(): boolean {
		return this.#life === 'stopping';
	}

	get isDegraded(): boolean {
		return this.#degraded;
	}

	started(): void {
		if (this.#life === 'starting') {
			this.#life = 'running';
		}
	}

	stopping(): void {
		this.#life = 'stopping';
	}

	/** The store could (not) write what it was last asked to. Returns whether this is news. */
	storeWrites(state: 'well' | 'failing'): boolean {
		const former = this.#degraded;
		this.#degraded = state === 'failing';
		return former !== this.#degraded;
	}

	/** `all_draining`: an operator drains every lane. */
	toPing(lanes: 'open' | 'all_draining'): PingState {
		if (this.#life === 'starting') {
			return 'starting';
		}
		if (this.#life === 'stopping' || lanes === 'all_draining') {
			return 'draining';
		}
		return this.#degraded ? 'degraded' : 'running';
	}

	toIngest(lanes: 'open' | 'all_draining'): IngestState {
		const state = this.toPing(lanes);
		return this.#life === 'stopping' ? 'stopping' : state;
	}
}
