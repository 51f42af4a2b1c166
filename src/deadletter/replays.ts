import {EdgedError} from '../outbound/errors.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Service} from '../runtime/service.js';
import type {Replay, ReplayOrder, ReplayVerbs} from '../storage/store.js';

export type ReplaysOptions = {
	readonly book: ReplayVerbs;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'warn'>;
	/** Told of each that comes to its end by itself, at least once, over restarts too; it is asked again when this rejects. */
	onDone(replay: Replay): Promise<void>;
	/** Told of bugs: what is thrown and is no refusal of the store. */
	onBug(error: unknown): void;
};

/** Steps are no closer than this, so that a high rate is few commits. */
const STEP_MS = 250;
/** However long nothing was done: no more than this of the rate is made up for. */
const BURST_MS = 500;
/** Where many were looked at and none matched, or more is allowed than one commit takes. */
const AT_ONCE_MS = 5;
const AFTER_FAILURE_MS = 30_000;
/** Records in one commit. */
const MAX_STEP = 1000;

/**
 * Carries paced retries on, from where the last run left them. The pace goes by the age clock: over a restart it is neither made up for nor
 * begun anew, and a wall clock that jumps does not move it.
 */
export class Replays implements Service {
	readonly name = 'paced retries';
	readonly #options: ReplaysOptions;
	readonly #background: Background;
	readonly #alarms = new Map<string, () => void>();
	#isRunning = false;

	constructor(options: ReplaysOptions) {
		this.#options = options;
		this.#background = new Background(options.onBug);
	}

	async start(): Promise<void> {
		this.#isRunning = true;
		for (const replay of this.#options.book.all()) {
			if (replay.state === 'running' || replay.isTold !== true) {
				this.#carryOn(replay);
			}
		}
	}

	async stop(): Promise<void> {
		this.#isRunning = false;
		for (const cancel of this.#alarms.values()) {
			cancel();
		}
		this.#alarms.clear();
		await this.#background.finished();
	}

	/** Running ones and those that ended last. */
	all(): readonly Replay[] {
		return this.#options.book.all();
	}

	/** Durable when it resolves. `BUSY`, `UNKNOWN_PEER`. */
	async begin(order: ReplayOrder): Promise<Replay> {
		const replay = await this.#options.book.begin(order);
		this.#carryOn(replay);
		return replay;
	}

	/** What it has put back stays in the queue; one that has ended is left as it is. `NOT_FOUND`. */
	async cancel(id: string): Promise<Replay> {
		this.#alarms.get(id)?.();
		this.#alarms.delete(id);
		return this.#options.book.cancel(id);
	}

	#carryOn(replay: Replay): void {
		const {book} = this.#options;
		if (replay.state === 'running') {
			const untilOne = replay.paidTo + 1000 / replay.ratePerSecond - book.now();
			this.#after(replay.id, Math.max(STEP_MS, untilOne));
		} else if (replay.isTold !== true) {
			this.#after(replay.id, 0);
		}
	}

	#after(id: string, delayMs: number): void {
		if (!this.#isRunning) {
			return;
		}
		const cancel = this.#options.clock.after(delayMs, () => {
			this.#alarms.delete(id);
			this.#background.run(() => this.#goOn(id));
		});
		this.#alarms.set(id, cancel);
	}

	async #goOn(id: string): Promise<void> {
		const {book, logger} = this.#options;
		try {
			const replay = book.all().find(each => each.id === id);
			if (replay?.state === 'running') {
				await this.#step(replay);
			} else if (replay !== undefined && replay.isTold !== true) {
				await this.#end(replay);
			}
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
			logger.warn({err: error, job_id: id}, 'a paced retry waits: the store could not write');
			this.#after(id, AFTER_FAILURE_MS);
		}
	}

	async #step(replay: Replay): Promise<void> {
		const {book} = this.#options;
		const {id, ratePerSecond: rate} = replay;
		const now = book.now();
		const msPerRecord = 1000 / rate;
		// At a rate below one a second, one record may always be waited for.
		const from = Math.max(replay.paidTo, now - Math.max(BURST_MS, msPerRecord));
		const allowed = Math.min(MAX_STEP, Math.floor((now - from) / msPerRecord + ROUNDING));
		if (allowed === 0) {
			this.#carryOn(replay);
			return;
		}
		const after = await book.step(id, allowed, {from, msPerRecord});
		if (after.state === 'done') {
			await this.#end(after);
		} else if (after.state === 'running' && (after.retried === replay.retried || allowed === MAX_STEP)) {
			this.#after(id, AT_ONCE_MS);
		} else {
			this.#carryOn(after);
		}
	}

	async #end(replay: Replay): Promise<void> {
		await this.#options.onDone(replay);
		await this.#options.book.told(replay.id);
	}
}

/** A step that is due to the millisecond must not be missed by a fraction of one. */
const ROUNDING = 1e-6;
