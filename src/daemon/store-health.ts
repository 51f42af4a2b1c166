import type {EdgedError} from '../outbound/errors.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';

const ASK_AGAIN_MS = 5000;

export type StoreHealthOptions = {
	/** `true` once the store takes enqueues again. */
	recover(): Promise<boolean>;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'error' | 'info'>;
	/** It writes no more, or again. */
	onChange?(state: 'degraded' | 'ok', error?: EdgedError): void;
	onBug(error: unknown): void;
};

/** Knows whether the store takes enqueues. Once it does not, asks it every five seconds: no producer has to be the one to find out. */
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

	/** A write of whatever kind was refused with `STORAGE_FULL` or `STORAGE_FAILED`. */
	failed(error: EdgedError): void {
		if (!this.#failing) {
			this.#failing = true;
			this.#options.logger.error(
				{err: error},
				'the store cannot write: enqueues are refused, what is stored is kept and goes on being delivered',
			);
			this.#options.onChange?.('degraded', error);
			this.#askLater();
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
		if (await this.#options.recover()) {
			this.#failing = false;
			this.#options.logger.info('the store writes again');
			this.#options.onChange?.('ok');
		} else {
			this.#askLater();
		}
	}
}
