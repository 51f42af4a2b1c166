import {EdgedError} from '../outbound/errors.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Service} from '../runtime/service.js';
import type {OutboundStore, Retired, RetireVerbs} from '../storage/store.js';

/** 0 is off. */
export type RetentionPolicy = {readonly retentionMs: number; readonly retentionBytes: number};

export type RetentionOptions = {
	readonly store: RetireVerbs & Pick<OutboundStore, 'depth'>;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'warn'>;
	/** In force now: a reload may change it. */
	policy(): RetentionPolicy;
	/** Told what a sweep has removed before it is forgotten; of one that a crash cut short, after the restart. */
	onSwept(retired: Retired): Promise<void>;
	/** Told of bugs: what is thrown and is no refusal of the store. */
	onBug(error: unknown): void;
};

/** The first look is soon after a start. */
const FIRST_MS = 1000;
const PAUSE_MS = 60_000;
/** Counting bytes may take this part of the time at most. */
const COUNTING_SHARE = 100;

/** Removes deadletters that are too old or too many, the oldest first, when the configuration says so. By the age clock of the store. */
export class DeadletterRetention implements Service {
	readonly name = 'deadletter retention';
	/** Removed since the start: `age` and `bytes` are why. */
	readonly removed = {age: 0, bytes: 0};
	readonly #options: RetentionOptions;
	readonly #background: Background;
	#cancel: (() => void) | undefined;
	#isRunning = false;
	#countAgainAt = Number.NEGATIVE_INFINITY;

	constructor(options: RetentionOptions) {
		this.#options = options;
		this.#background = new Background(options.onBug);
	}

	async start(): Promise<void> {
		this.#isRunning = true;
		this.#lookAfter(FIRST_MS);
	}

	async stop(): Promise<void> {
		this.#isRunning = false;
		this.#cancel?.();
		await this.#background.finished();
	}

	#lookAfter(delayMs: number): void {
		this.#cancel?.();
		if (this.#isRunning) {
			this.#cancel = this.#options.clock.after(delayMs, () => this.#background.run(() => this.#look()));
		}
	}

	async #look(): Promise<void> {
		try {
			await this.#sweep();
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
			this.#options.logger.warn({err: error}, 'deadletter retention waits: it could not write');
		} finally {
			this.#lookAfter(PAUSE_MS);
		}
	}

	async #sweep(): Promise<void> {
		const {store, policy, onSwept} = this.#options;
		const {retentionMs, retentionBytes} = policy();
		if (retentionMs > 0) {
			await this.#retire('age', () => store.retire({olderThanMs: retentionMs}));
		}
		if (retentionBytes > 0) {
			let excessBytes = (await this.#bytes()) - retentionBytes;
			await this.#retire('bytes', async () => {
				const step = await store.retire({excessBytes});
				excessBytes -= step.bytes;
				return step;
			});
		}
		const retired = store.retired();
		if (retired !== undefined) {
			await onSwept(retired);
			await store.forgetRetired();
		}
	}

	async #retire(why: 'age' | 'bytes', step: () => ReturnType<RetireVerbs['retire']>): Promise<void> {
		for (let done = false; !done && this.#isRunning; ) {
			const {records, done: isDone} = await step();
			this.removed[why] += records;
			done = isDone;
		}
	}

	/** 0 without deadletters, and as long as the last count has cost more than its share of the time. */
	async #bytes(): Promise<number> {
		const {store, clock} = this.#options;
		const {deadletter} = store.depth();
		const began = clock.elapsed();
		if (deadletter === 0 || began < this.#countAgainAt) {
			return 0;
		}
		let bytes = 0;
		let cursor: string | undefined;
		do {
			const step = store.deadBytes(cursor);
			bytes += step.bytes;
			({cursor} = step);
			await new Promise(resolve => setImmediate(resolve)); // Others come in between.
		} while (cursor !== undefined && this.#isRunning);
		this.#countAgainAt = began + (clock.elapsed() - began) * COUNTING_SHARE;
		return bytes;
	}
}
