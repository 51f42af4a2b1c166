import {EdgedError} from '../outbound/errors.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {OutboundStore} from '../storage/store.js';

const SETTING = 'store:written';
const ASK_AGAIN_MS = 5000;
/** A few bytes may find room where a block would not. */
const LEAST_FREE_BYTES = 8 * 1024 * 1024;

export type StoreHealthOptions = {
	readonly store: Pick<OutboundStore, 'writeSetting'>;
	/** Free on the store's file system. */
	freeBytes(): number;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'error' | 'info'>;
	onBug(error: unknown): void;
};

/** Knows whether the store takes writes. Once it does not, tries a small one every five seconds: no producer has to be the one to find out. */
export class StoreHealth {
	readonly #options: StoreHealthOptions;
	readonly #background: Background;
	#failing = false;
	#cancel: (() => void) | undefined;

	constructor(options: StoreHealthOptions) {
		this.#options = options;
		this.#background = new Background(options.onBug);
	}

	get isFailing(): boolean {
		return this.#failing;
	}

	/** A write was refused with `STORAGE_FULL` or `STORAGE_FAILED`. */
	failed(error: EdgedError): void {
		if (!this.#failing) {
			this.#failing = true;
			this.#options.logger.error(
				{err: error},
				'the store cannot write: enqueues are refused, what is stored is kept',
			);
			this.#askLater();
		}
	}

	/** A write that needs room was done. */
	wrote(): void {
		if (this.#failing) {
			this.#failing = false;
			this.#cancel?.();
			this.#options.logger.info('the store writes again');
		}
	}

	async stop(): Promise<void> {
		this.#cancel?.();
		await this.#background.finished();
	}

	#askLater(): void {
		this.#cancel = this.#options.clock.after(ASK_AGAIN_MS, () => this.#background.run(() => this.#ask()));
	}

	async #ask(): Promise<void> {
		const {store, freeBytes, clock} = this.#options;
		try {
			if (freeBytes() >= LEAST_FREE_BYTES) {
				await store.writeSetting(SETTING, clock.now());
				this.wrote();
				return;
			}
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
		}
		if (this.#failing) {
			this.#askLater();
		}
	}
}
