import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Eviction} from '../storage/evict.js';

/** At the ceiling every enqueue may give something up: the log gets a line for all that did meanwhile. */
const PAUSE_MS = 10_000;

export type EvictionLogOptions = {
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'warn'>;
	readonly idOf: (peer: PeerNo) => PeerId;
};

/** Says in the log, and counts, what the store gave up to make room. */
export class EvictionLog {
	/** Records that became deadletters `EVICTED` since the start, by peer; only ever goes up. */
	readonly records = new Map<PeerId, number>();
	/** Payload bytes given up since the start. */
	bytes = 0;
	readonly #options: EvictionLogOptions;
	#untold = {records: 0, deadletters: 0, bytes: 0};
	#isQuiet = false;
	#cancel: (() => void) | undefined;

	constructor(options: EvictionLogOptions) {
		this.#options = options;
	}

	evicted({bytes, records, deadletters}: Eviction): void {
		this.bytes += bytes;
		this.#untold.bytes += bytes;
		this.#untold.deadletters += deadletters;
		for (const [peer, count] of records) {
			const id = this.#options.idOf(peer);
			this.records.set(id, (this.records.get(id) ?? 0) + count);
			this.#untold.records += count;
		}
		if (!this.#isQuiet) {
			this.#tell();
		}
	}

	stop(): void {
		this.#cancel?.();
		if (this.#untold.bytes > 0) {
			this.#tell();
			this.#cancel?.();
		}
	}

	#tell(): void {
		const {logger, clock} = this.#options;
		const {records, deadletters, bytes} = this.#untold;
		logger.warn(
			{evicted_records: records, emptied_deadletters: deadletters, freed_bytes: bytes},
			'the store is at its ceiling: what waited longest was given up',
		);
		this.#untold = {records: 0, deadletters: 0, bytes: 0};
		this.#isQuiet = true;
		this.#cancel = clock.after(PAUSE_MS, () => {
			this.#isQuiet = false;
			if (this.#untold.bytes > 0) {
				this.#tell();
			}
		});
	}
}
