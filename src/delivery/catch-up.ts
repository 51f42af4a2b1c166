import type {CatchUpPolicy} from '../config/relay.js';
import type {Horizon, OutboundStore, ServiceOrder} from '../storage/store.js';

/**
 * In which order a lane sends what waits. Under `live_first` live is what was enqueued since the lane could last begin to send: since
 * the link came up again, a pause ended or a window opened.
 */
export class CatchUp {
	readonly #policy: CatchUpPolicy;
	readonly #store: Pick<OutboundStore, 'horizon'>;
	#live: Horizon | undefined;

	constructor(policy: CatchUpPolicy, store: Pick<OutboundStore, 'horizon'>) {
		this.#policy = policy;
		this.#store = store;
	}

	/** Told at each look whether the lane may send. */
	note(maySend: boolean): void {
		this.#live = maySend ? (this.#live ?? this.#store.horizon()) : undefined;
	}

	get order(): ServiceOrder {
		return this.#policy === 'live_first'
			? {kind: 'live_first', live: this.#live ?? this.#store.horizon()}
			: {kind: this.#policy};
	}
}
