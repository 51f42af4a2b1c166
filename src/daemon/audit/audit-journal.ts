import type {Link} from '../../audit/line.js';
import type {AuditTrail, TrailOptions} from '../../audit/trail/audit-trail.js';
import type {AuditEvent} from '../../outbound/audit-event.js';
import {EdgedError} from '../../outbound/errors.js';
import type {Clock} from '../../runtime/clock.js';
import type {Logger} from '../../runtime/logger.js';
import type {OutboundStore} from '../../storage/store.js';
import {AuditCounters} from './audit-counters.js';
import {NOTHING_FOUND, openingEvents} from './found-at-start.js';
import type {JournalRow, NotedAct} from './journal-row.js';
import {NotedActs} from './noted-acts.js';

export type JournalOptions = {
	readonly directory: string;
	readonly store: Pick<OutboundStore, 'readSetting' | 'readSettings' | 'writeSettings'>;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'error' | 'warn' | 'info'>;
	/** @default node's own */
	readonly open?: TrailOptions['open'];
};

/** Whether an act waits until it can be recorded. `goes on`: it frees space or stops delivery. */
export type OnFullDisk = 'refuse' | 'goes on';

/** An act that was begun; `undefined` when there was no room to note even that. */
export type OpenAct = {readonly act: number} | undefined;

/** What the last run has left in the store. */
export type FoundNoted = {
	readonly noted: readonly NotedAct[];
	/** Its line is in the trail. */
	isTold(act: number): boolean;
};

/** Characters of JSON that may wait in the store: its reserve on a full disk is for more than this. */
const MOST_WAITING_CHARS = 256 * 1024;
const TRY_AGAIN_MS = 5000;

/**
 * Records acts so that none that took effect can be missing, whatever instant power or SIGKILL ends edged. What begins is noted in
 * the store first; what ended has its line on disk, or where the trail cannot be written its whole record in the store, before the
 * caller is answered.
 */
export class AuditJournal {
	readonly counters = new AuditCounters();
	readonly directory: string;
	readonly #options: JournalOptions;
	readonly #trail: AuditTrail;
	readonly #noted: NotedActs;
	#unnoted: Record<string, number>;
	#head: Link;
	#acts: number;
	#running = true;
	#cancelRetry: (() => void) | undefined;
	#flushing: Promise<void> | undefined;

	/** See open-journal.ts. */
	constructor(options: JournalOptions, trail: AuditTrail, row: JournalRow, {noted, isTold}: FoundNoted) {
		this.#options = options;
		this.directory = options.directory;
		this.#trail = trail;
		this.#head = row.head;
		this.#acts = row.acts;
		this.#unnoted = {...row.unnoted};
		this.#noted = new NotedActs(options.store, () => this.#row());
		for (const event of noted) {
			if (isTold(event.act)) {
				this.#noted.drop(event.act);
			} else {
				this.#noted.put('late', event);
			}
		}
	}

	/** The last line on disk. */
	get head(): Link {
		return this.#head;
	}

	/** Why the trail cannot be written; `undefined` when it can, as far as is known. */
	get failure(): EdgedError | undefined {
		return this.lateCount > 0 ? (this.#trail.failure ?? WAITING) : this.#trail.failure;
	}

	/** Records that wait in the store until the trail can be written. */
	get lateCount(): number {
		return this.#noted.lateCount;
	}

	/**
	 * Notes in the store that something is about to be done; it may begin once this resolves. `STORAGE_FULL` or `STORAGE_FAILED`, and
	 * nothing may be done then: the trail cannot be written, or the store.
	 */
	async begin(event: AuditEvent, onFull: OnFullDisk): Promise<OpenAct> {
		if (onFull === 'refuse') {
			await this.#requireTrail();
		} else if (!(await this.#isWritable()) && this.#noted.chars > MOST_WAITING_CHARS) {
			this.#unnoted[event.event_name] = (this.#unnoted[event.event_name] ?? 0) + 1;
			await this.#noted.save();
			return undefined;
		}
		const act = ++this.#acts;
		this.#noted.put('open', {...event, act});
		try {
			await this.#noted.save();
		} catch (error) {
			this.#noted.drop(act);
			throw error;
		}
		return {act};
	}

	/** What became of it. Recorded for good when this resolves; it never rejects, because what is done is done. */
	async end(begun: OpenAct, event: AuditEvent): Promise<void> {
		if (begun === undefined) {
			return; // Counted, and told once there is room.
		}
		await this.#record({...event, act: begun.act});
	}

	/** It was refused before anything was done, and is recorded by nobody: what the store has of it goes with the next write. */
	forget(begun: OpenAct): void {
		if (begun !== undefined) {
			this.#noted.drop(begun.act);
		}
	}

	/** Something that is no act of an operator's, or changes nothing: recorded like the end of an act, with nothing noted before. */
	async note(event: AuditEvent): Promise<void> {
		await this.#record({...event, act: ++this.#acts});
	}

	/** The same without waiting; for what is found while something else is under way. */
	noteSoon(events: readonly AuditEvent[]): void {
		for (const event of events) {
			this.#noted.put('late', {...event, act: ++this.#acts});
		}
		if (events.length > 0) {
			this.#tryLater(0);
		}
	}

	/** A refusal: nothing has changed, so one that cannot be written is counted and dropped. */
	async noteRefusal(event: AuditEvent): Promise<void> {
		await this.flush();
		try {
			await this.#trail.append(event);
			await this.#saveHead();
		} catch {
			this.counters.refusalsLost++;
		}
	}

	/** The last words of this run. */
	async stop(last: AuditEvent): Promise<void> {
		this.#running = false;
		this.#cancelRetry?.();
		await this.note(last);
		await this.close();
	}

	/** Closes the files and writes nothing. */
	async close(): Promise<void> {
		this.#cancelRetry?.();
		await this.#trail.close();
	}

	async #requireTrail(): Promise<void> {
		this.#trail.requireRoom();
		await this.flush();
		if (this.lateCount > 0) {
			throw this.#trail.failure ?? WAITING;
		}
	}

	async #isWritable(): Promise<boolean> {
		try {
			await this.#requireTrail();
			return true;
		} catch {
			return false;
		}
	}

	async #record(event: AuditEvent & {readonly act: number}): Promise<void> {
		await this.flush();
		try {
			if (this.lateCount > 0) {
				throw this.#trail.failure ?? WAITING;
			}
			await this.#trail.append(event);
			await this.#saveHead();
		} catch (error) {
			this.#noted.put('late', event);
			this.#options.logger.error(
				{err: error, event: event.event_name},
				'the audit trail cannot be written: the record waits in the store; what neither frees space nor stops delivery is refused',
			);
			this.#tryLater();
			await this.#saveHead();
		}
	}

	/** What waits in the store goes into the trail, if that can be written now. Never rejects. */
	flush(): Promise<void> {
		this.#flushing ??= this.#writeLate().finally(() => {
			this.#flushing = undefined;
		});
		return this.#flushing;
	}

	async #writeLate(): Promise<void> {
		const waiting = this.lateCount === 0 ? [] : this.#noted.late;
		if (waiting.length === 0 && Object.keys(this.#unnoted).length === 0) {
			return;
		}
		try {
			await Promise.all(waiting.map(event => this.#trail.append(event)));
			await this.#tellUnnoted();
			await this.#saveHead();
			this.#options.logger.info({records: waiting.length}, 'what waited for the audit trail is in it');
		} catch {
			this.#tryLater();
		}
	}

	async #tellUnnoted(): Promise<void> {
		const unnoted = this.#unnoted;
		const [event] = openingEvents({...NOTHING_FOUND, unnoted}, this.#options);
		if (event === undefined || Object.keys(unnoted).length === 0) {
			return;
		}
		this.#unnoted = {};
		try {
			await this.#trail.append(event);
		} catch (error) {
			for (const [name, count] of Object.entries(unnoted)) {
				this.#unnoted[name] = (this.#unnoted[name] ?? 0) + count;
			}
			throw error;
		}
	}

	/** In the turn in which the lines are known to be on disk: no picture for the store shows one without the other. */
	written(lines: ReadonlyArray<{readonly event: AuditEvent; readonly link: Link}>): void {
		for (const {event, link} of lines) {
			this.#head = link;
			this.counters.written(event.outcome);
			if (event.act !== undefined) {
				this.#noted.drop(event.act);
			}
		}
	}

	/** The lines are on disk whatever becomes of this; the next start finds them. */
	async #saveHead(): Promise<void> {
		try {
			await this.#noted.save();
		} catch (error) {
			this.#options.logger.warn({err: error}, 'the store was not told how far the audit trail is');
		}
	}

	#tryLater(delayMs = TRY_AGAIN_MS): void {
		this.#cancelRetry?.();
		this.#cancelRetry = this.#options.clock.after(delayMs, () => {
			this.#cancelRetry = undefined;
			void this.flush();
		});
	}

	#row(): JournalRow {
		return {
			head: this.#head,
			directory: this.directory,
			acts: this.#acts,
			unnoted: this.#unnoted,
			running: this.#running,
		};
	}
}

const WAITING = new EdgedError('STORAGE_FULL', 'records wait for the audit trail, which cannot be written');
