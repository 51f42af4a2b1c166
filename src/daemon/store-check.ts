import {EdgedError} from '../outbound/errors.js';
import type {EpochMs} from '../outbound/units.js';
import {Background} from '../runtime/background.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Service} from '../runtime/service.js';
import type {CheckCursor, CheckStep} from '../storage/damage/check-step.js';
import type {LmdbStore} from '../storage/lmdb-store.js';

/** A store of 1 GiB takes 17 minutes. Reading and hashing so much costs a small core about 1 % of its time. */
const BYTES_A_BEAT = 1024 * 1024;
const BEAT_MS = 1000;
/** A beat that comes so late says that the daemon has better things to do: it is skipped. */
const BUSY_MS = 100;
/** Flash loses bits over months: often enough to notice while a producer may still have the data. */
const PAUSE_BETWEEN_MS = 7 * 86_400_000;
/** The longest time a clock can be asked to wait; and how often the wall clock is believed. */
const LONGEST_WAIT_MS = 3_600_000;
/** What a restart repeats at most, and how often the disk is written for it. */
const BEATS_A_NOTE = 64;
const SETTING = 'store:check';

/** Survives restarts. */
type Note = {
	readonly cursor: CheckCursor | null;
	readonly bytes: number;
	readonly completedAt: EpochMs | null;
};

export type StoreCheckOptions = {
	readonly store: Pick<LmdbStore, 'checkStep' | 'mend' | 'readSetting' | 'writeSetting'>;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
	onBug(error: unknown): void;
};

export type CheckProgress = {
	readonly state: 'running' | 'waiting';
	/** Of the check under way, or the last. */
	readonly bytes: number;
	readonly completedAt: EpochMs | undefined;
};

/** Reads the whole store once a week, a little a second, and has put right what it finds damaged. */
export class StoreCheck implements Service {
	readonly name = 'store check';
	readonly #options: StoreCheckOptions;
	readonly #background: Background;
	#cancel: (() => void) | undefined;
	#isStopped = true;
	#note: Note = {cursor: null, bytes: 0, completedAt: null};
	#beats = 0;
	#findings = 0;
	/** When the last check was, in monotonic time. */
	#countsFrom = 0;

	constructor(options: StoreCheckOptions) {
		this.#options = options;
		this.#background = new Background(options.onBug);
	}

	get progress(): CheckProgress {
		const {cursor, bytes, completedAt} = this.#note;
		return {
			state: cursor === null ? 'waiting' : 'running',
			bytes,
			completedAt:
				completedAt === null ? undefined : (Math.min(completedAt, this.#options.clock.now()) as EpochMs),
		};
	}

	async start(): Promise<void> {
		this.#isStopped = false;
		const {store, clock} = this.#options;
		this.#note = readNote(store.readSetting(SETTING));
		this.#countsFrom = clock.elapsed();
		this.#wait();
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		this.#cancel?.();
		await this.#background.finished();
	}

	#wait(): void {
		const {clock} = this.#options;
		const {cursor} = this.#note;
		const delayMs =
			cursor === null
				? Math.min(LONGEST_WAIT_MS, Math.max(BEAT_MS, PAUSE_BETWEEN_MS - this.#sinceLast))
				: BEAT_MS;
		const at = clock.elapsed() + delayMs;
		this.#cancel = clock.after(delayMs, () => {
			const isBusy = clock.elapsed() - at > BUSY_MS;
			const isDue = cursor !== null || this.#sinceLast >= PAUSE_BETWEEN_MS;
			this.#background.run(async () => {
				if (isDue && !isBusy) {
					await this.#beat();
				}
				if (!this.#isStopped) {
					this.#wait();
				}
			});
		});
	}

	/** By the wall clock, and at least as long as has elapsed: one that was set back does not put the check off. */
	get #sinceLast(): number {
		const {clock} = this.#options;
		const {completedAt} = this.#note;
		return completedAt === null
			? PAUSE_BETWEEN_MS
			: Math.max(clock.now() - completedAt, clock.elapsed() - this.#countsFrom);
	}

	async #beat(): Promise<void> {
		const {store, logger} = this.#options;
		if (this.#note.cursor === null) {
			this.#note = {...this.#note, bytes: 0};
			this.#findings = 0;
		}
		let left = BYTES_A_BEAT;
		let cursor = this.#note.cursor ?? undefined;
		try {
			do {
				const step: CheckStep = store.checkStep(cursor, left);
				left -= step.bytes;
				cursor = step.next;
				this.#findings += step.findings.length;
				for (const {place, what} of step.findings) {
					logger.warn({...place}, `the check found damage: ${what}`);
					await store.mend(place);
				}
				this.#note = {...this.#note, cursor: cursor ?? null, bytes: this.#note.bytes + step.bytes};
			} while (cursor !== undefined && left > 0);
			await this.#noteDown(cursor === undefined);
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
			logger.warn({err: error}, 'the check of the store waits: it could not write');
		}
	}

	async #noteDown(isComplete: boolean): Promise<void> {
		const {store, clock, logger} = this.#options;
		if (isComplete) {
			this.#note = {...this.#note, cursor: null, completedAt: clock.now()};
			this.#countsFrom = clock.elapsed();
			logger.info({bytes: this.#note.bytes, findings: this.#findings}, 'the whole store was checked');
		}
		if (isComplete || ++this.#beats % BEATS_A_NOTE === 0) {
			await store.writeSetting(SETTING, this.#note);
		}
	}
}

const readNote = (saved: unknown): Note => {
	const {cursor = null, bytes = 0, completedAt = null} = (saved ?? {}) as Partial<Note>;
	return {cursor, bytes, completedAt};
};
