import {existsSync} from 'node:fs';
import {open as openFile} from 'node:fs/promises';
import type {AuditEvent} from '../../outbound/audit-event.js';
import {EdgedError} from '../../outbound/errors.js';
import type {Clock} from '../../runtime/clock.js';
import {makeDirectory} from '../../runtime/make-directory.js';
import {encodeLine, type Link} from '../line.js';
import {DayFile, type OpenFile} from './day-file.js';
import {dayOf, dayOfFile, fileOfDay} from './day-files.js';
import {emptyTail, readTail, type Tail} from './tail.js';
import {requireRoom, trailFailure} from './trail-failure.js';
import {requireUsable, requireWritableFile} from './usable-directory.js';

export type Written = {readonly event: AuditEvent; readonly link: Link};

export type TrailOptions = {
	readonly directory: string;
	readonly clock: Pick<Clock, 'now'>;
	/** Called once for all lines that one fsync covers, in their order, before anybody else hears of them. Must not throw. */
	onWritten(lines: readonly Written[]): void;
	/** Called when the files are not as they were left while edged ran. */
	onDamage(what: string): void;
	/** @default node's own */
	readonly open?: OpenFile | undefined;
};

type Waiting = {
	readonly event: AuditEvent;
	readonly written: (link: Link) => void;
	readonly failed: (error: EdgedError) => void;
};

const DIRECTORY_MODE = 0o750;

/** Appends to the trail. Many callers share one fsync; each line stands behind the one before, on the day that the clock shows or a later one. */
export class AuditTrail {
	readonly #options: TrailOptions;
	#last: Link;
	#newest: Tail['file'];
	#file: DayFile | undefined;
	#queue: Waiting[] = [];
	#writing: Promise<void> | undefined;
	#failure: EdgedError | undefined;
	/** The files are not as they were left, and none is open since. */
	#isAstray = false;

	private constructor(options: TrailOptions, last: Link, {file}: Tail) {
		this.#options = options;
		this.#last = last;
		this.#newest = file;
	}

	/**
	 * Makes the directory where it is missing. `known` is the last line that the store knows of: where the trail is not what it was
	 * then, the chain goes on behind `known` all the same, so that the gap shows for ever. Nothing is written yet.
	 */
	static async open(
		options: TrailOptions,
		known: Link | undefined,
	): Promise<{readonly trail: AuditTrail; readonly tail: Tail}> {
		const {directory} = options;
		requireUsable(directory, process.getuid?.());
		try {
			makeIfRoom(directory);
			const tail = existsSync(directory) ? await readTail(directory, known) : emptyTail(known);
			const trail = new AuditTrail(options, nextAfter(tail, known), tail);
			requireWritableFile(directory, trail.#fileName());
			return {trail, tail};
		} catch (error) {
			throw isMisconfigured(error) ? error : trailFailure(directory, error);
		}
	}

	/** The line that the next one goes behind. */
	get last(): Link {
		return this.#last;
	}

	/** Why the last write failed; `undefined` after one that did not. */
	get failure(): EdgedError | undefined {
		return this.#failure;
	}

	/** Throws what `append` would most likely be refused with. */
	requireRoom(): void {
		requireRoom(this.#options.directory);
	}

	/** Resolves once the line is on disk. Rejects with `STORAGE_FULL` or `STORAGE_FAILED`, and then there is no line. */
	append(event: AuditEvent): Promise<Link> {
		return new Promise((written, failed) => {
			this.#queue.push({event, written, failed});
			this.#writing ??= this.#write();
		});
	}

	/** Resolves when all is written that was asked for. */
	async close(): Promise<void> {
		await this.#writing;
		await this.#file?.close();
		this.#file = undefined;
	}

	async #write(): Promise<void> {
		await Promise.resolve(); // Who calls in the same turn shares the fsync.
		while (this.#queue.length > 0) {
			const batch = this.#queue;
			this.#queue = [];
			try {
				const links = await this.#writeLines(batch.map(({event}) => event));
				this.#failure = undefined;
				for (const [index, {written}] of batch.entries()) {
					written(links[index] as Link);
				}
			} catch (error) {
				this.#failure = trailFailure(this.#options.directory, error);
				await this.#file?.close().catch(() => undefined);
				this.#file = undefined;
				for (const {failed} of batch) {
					failed(this.#failure);
				}
			}
		}
		this.#writing = undefined; // In the turn in which the queue was found empty: nobody is overlooked.
	}

	async #writeLines(events: readonly AuditEvent[]): Promise<Link[]> {
		const file = await this.#fileForNow();
		const pieces: Buffer[] = [];
		const lines: Written[] = [];
		let last = this.#last;
		for (const event of events) {
			const {bytes, link} = encodeLine(event, last);
			pieces.push(bytes);
			lines.push({event, link});
			last = link;
		}
		const bytes = Buffer.concat(pieces);
		await file.append(bytes);
		this.#last = last;
		this.#newest = {
			name: file.name,
			end: (this.#newest?.name === file.name ? this.#newest.end : 0) + bytes.length,
		};
		this.#options.onWritten(lines);
		return lines.map(({link}) => link);
	}

	/** Never of an earlier day than the last one: the order of the names is that of the chain, whatever the clock does. */
	async #fileForNow(): Promise<DayFile> {
		const {directory, open = openFile} = this.#options;
		if (this.#isAstray || this.#file?.isAsLeft === false) {
			await this.#file?.close();
			this.#file = undefined;
			makeDirectory(directory, DIRECTORY_MODE);
			const {file, damage} = await readTail(directory, this.#last);
			this.#newest = file;
			if (!this.#isAstray) {
				this.#options.onDamage(damage ?? 'somebody else has written to it');
			}
			this.#isAstray = true; // What is put back meanwhile must not be cut off.
		}
		const name = this.#fileName();
		if (this.#file?.name !== name) {
			await this.#file?.close();
			this.#file = undefined;
			makeDirectory(directory, DIRECTORY_MODE);
			const end = this.#newest?.name === name ? this.#newest.end : 0;
			this.#file = await DayFile.open(directory, name, end, open);
		}
		this.#isAstray = false;
		return this.#file;
	}

	/** Of the file that is written next. */
	#fileName(): string {
		const newestDay = dayOfFile(this.#newest?.name ?? '') ?? '';
		const today = dayOf(this.#options.clock.now());
		const [, latest = today] = [newestDay, today].sort();
		return fileOfDay(latest);
	}
}

const isMisconfigured = (error: unknown): boolean =>
	error instanceof EdgedError && error.code === 'INVALID_CONFIG';

/** A full disk keeps nobody from starting: the directory is made by the first write that has room. */
const makeIfRoom = (directory: string): void => {
	try {
		makeDirectory(directory, DIRECTORY_MODE);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code !== 'ENOSPC' && code !== 'EDQUOT') {
			throw error;
		}
	}
};

const nextAfter = ({last, damage}: Tail, known: Link | undefined): Link =>
	known !== undefined && (damage !== undefined || last.seq < known.seq) && known.seq >= last.seq
		? known
		: last;
