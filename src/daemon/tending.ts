import {EdgedError} from '../outbound/errors.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Service} from '../runtime/service.js';
import type {OutboundStore} from '../storage/store.js';

/** The most frequent look: what falls due meanwhile is done together. */
const PAUSE_MS = 1000;
/** After a refusal of the store. */
const PAUSE_AFTER_FAILURE_MS = 30_000;
/** The wall clock and the monotonic clock may part by so much before it is worth a line; NTP slews less. */
const JUMP_MS = 5000;

export type TendingOptions = {
	readonly store: Pick<OutboundStore, 'tend' | 'nextTendInMs'>;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'warn'>;
	/** Called after each look: what expired may be news to others. */
	afterWork(): void;
	/** Told of bugs: what is thrown and is no refusal of the store. */
	onBug(error: unknown): void;
};

/** Has the store do its timed work (expiry, retention) when it is due. No timer runs while nothing is timed. */
export class Tending implements Service {
	readonly name = 'tending';
	readonly #options: TendingOptions;
	readonly #background: Background;
	#cancel: (() => void) | undefined;
	/** When the pending look comes, in monotonic time. */
	#lookAt = Number.POSITIVE_INFINITY;
	#looking = false;
	#stopped = true;
	/** What the wall clock is ahead of the monotonic one. */
	#offset: number;

	constructor(options: TendingOptions) {
		this.#options = options;
		this.#background = new Background(options.onBug);
		this.#offset = this.#currentOffset;
	}

	async start(): Promise<void> {
		this.#stopped = false;
		this.nudge();
	}

	/** Something may be timed that was not at the last look. Cheap; any number of nudges within a second is one look. */
	nudge(): void {
		this.#lookWithin(PAUSE_MS);
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		this.#cancel?.();
		this.#cancel = undefined;
		this.#lookAt = Number.POSITIVE_INFINITY;
		await this.#background.finished();
	}

	#lookWithin(delayMs: number): void {
		const {clock} = this.#options;
		const at = clock.elapsed() + delayMs;
		// A look under way ends with setting its successor, and a nudge meanwhile must not be lost.
		if (this.#stopped || at >= this.#lookAt) {
			return;
		}
		this.#cancel?.();
		this.#lookAt = at;
		this.#cancel = clock.after(delayMs, () => {
			this.#lookAt = Number.POSITIVE_INFINITY;
			this.#cancel = undefined;
			if (this.#looking) {
				this.nudge();
			} else {
				this.#background.run(() => this.#look());
			}
		});
	}

	async #look(): Promise<void> {
		const {store} = this.#options;
		this.#noteJump();
		this.#looking = true;
		try {
			while (!this.#stopped && (await store.tend())) {
				// A step is one commit.
			}
			this.#options.afterWork();
			const dueInMs = store.nextTendInMs();
			if (dueInMs !== undefined) {
				this.#lookWithin(Math.max(PAUSE_MS, dueInMs));
			}
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
			this.#options.logger.warn({err: error}, 'timed work waits: the store could not write');
			this.#lookWithin(PAUSE_AFTER_FAILURE_MS);
		} finally {
			this.#looking = false;
		}
	}

	/** Nothing depends on the wall clock but what is displayed, and time windows: a line is enough. */
	#noteJump(): void {
		const offset = this.#currentOffset;
		const jumpMs = offset - this.#offset;
		this.#offset = offset;
		if (Math.abs(jumpMs) > JUMP_MS) {
			this.#options.logger.warn(
				{jump_seconds: Math.round(jumpMs / 1000)},
				'the wall clock was set, or the machine slept: ages and retries go by elapsed time and are not moved',
			);
		}
	}

	get #currentOffset(): number {
		const {clock} = this.#options;
		return clock.now() - clock.elapsed();
	}
}
