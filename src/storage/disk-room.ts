import {statfsSync, statSync} from 'node:fs';
import type {EdgedError} from '../outbound/errors.js';
import type {Ballast} from './ballast.js';
import {dataFileOf} from './data-file.js';
import type {Environment} from './environment.js';
import {DATABASE_NAMES} from './layout.js';
import {type Shortage, storageFull} from './storage-full.js';

/**
 * The least that must stay free for others on the disk: below it enqueues are refused before they are tried. A few times what one
 * commit of settlements rewrites, and enough for the log and the tools of whoever comes to look.
 */
export const FREE_FLOOR_BYTES = 4 * 1024 * 1024;
/** Less than this, seen after a failed commit, means that the disk is full and not broken. */
const FULL_DISK_BYTES = 1024 * 1024;
/** What a commit writes besides its payloads: tables, bitmaps, and the pages on the way to them. */
const OVERHEAD = 1.25;

/** The room on the disk, as opposed to that below the ceiling: whether an enqueue may be tried, and the reserve for what must go on. */
export class DiskRoom {
	readonly #env: Environment;
	readonly #ballast: Ballast;
	readonly #listeners = new Set<(error: EdgedError) => void>();
	#shortage: EdgedError | undefined;
	/** Set while the ballast is being released or filled. */
	#working: Promise<unknown> = Promise.resolve();
	#releases = 0;

	constructor(env: Environment, ballast: Ballast) {
		this.#env = env;
		this.#ballast = ballast;
	}

	/** To be called once before the first write. */
	async open(): Promise<void> {
		await this.refill();
		if (!this.#isEnough) {
			this.noteShort(this.full());
		}
	}

	get reserveBytes(): number {
		return this.#ballast.held;
	}

	/** Enqueues are refused from the first write that did not fit until `recover`. */
	get isShort(): boolean {
		return this.#shortage !== undefined;
	}

	/** How often the ballast was released: a write that failed while it was may be tried again too. */
	get releases(): number {
		return this.#releases;
	}

	/** Called when the disk becomes too full for enqueues; at once when it is already. */
	onShort(listener: (error: EdgedError) => void): void {
		this.#listeners.add(listener);
		if (this.#shortage !== undefined) {
			listener(this.#shortage);
		}
	}

	/** Throws `STORAGE_FULL` when an enqueue of so many bytes is not to be tried. */
	admit(bytes: number): void {
		if (this.isShort) {
			throw this.full();
		}
		const wanted = Math.ceil(bytes * OVERHEAD) + FREE_FLOOR_BYTES;
		if (this.#free < wanted && this.#room < wanted) {
			const error = storageFull({...this.#shortageNow(), needed: wanted, reserveLack: 0});
			if (!this.#isEnough) {
				this.noteShort(error);
			}
			throw error;
		}
	}

	/** lmdb reports EIO for a full disk, so the file system is asked. */
	isFull(): boolean {
		return this.#free < FULL_DISK_BYTES;
	}

	/** `STORAGE_FULL` with how it stands now, for the write that failed with `cause`. */
	full(cause?: unknown): EdgedError {
		return storageFull(this.#shortageNow(), cause);
	}

	noteShort(error: EdgedError): void {
		if (this.#shortage === undefined) {
			this.#shortage = error;
			for (const listener of this.#listeners) {
				listener(error);
			}
		}
	}

	/** Gives up the ballast. `false`: there is none to give. */
	release(): Promise<boolean> {
		const released = this.#working.then(async () => {
			if (this.#ballast.held === 0) {
				return false;
			}
			await this.#ballast.release();
			this.#releases++;
			return true;
		});
		this.#working = released.catch(() => undefined);
		return released.catch(() => false);
	}

	/** Makes the ballast where it is missing and there is room for it; else leaves it for later. */
	async refill(): Promise<void> {
		if (!this.#ballast.isWhole && this.#hasRoomForBallast) {
			const filled = this.#working.then(() => this.#ballast.fill());
			// What went wrong shows in `isWhole`; the disk may have filled up meanwhile.
			this.#working = filled.catch(() => undefined);
			await this.#working;
		}
	}

	/** Is there room for enqueues again? Nothing else ends a shortage. */
	async recover(): Promise<boolean> {
		await this.refill();
		if (this.#isEnough) {
			this.#shortage = undefined;
		}
		return !this.isShort;
	}

	/** The reserve is whole, as ballast or as pages in the file that nothing uses, and the floor is kept. */
	get #isEnough(): boolean {
		return this.#room >= FREE_FLOOR_BYTES + this.#reserveLack;
	}

	get #reserveLack(): number {
		return this.#ballast.byteLength - this.#ballast.held;
	}

	#shortageNow(): Shortage {
		return {
			directory: this.#env.path,
			free: this.#free,
			reusable: reusableBytes(this.#env),
			needed: FREE_FLOOR_BYTES + this.#reserveLack,
			floor: FREE_FLOOR_BYTES,
			reserveLack: this.#reserveLack,
		};
	}

	/** Below the floor too: on a disk of edged's own the file may have grown by what the ballast held, and keeps it. */
	get #hasRoomForBallast(): boolean {
		return this.#free >= FULL_DISK_BYTES + this.#ballast.byteLength;
	}

	get #free(): number {
		return freeBytes(this.#env.path);
	}

	/** On the disk and inside the file, which never shrinks. */
	get #room(): number {
		return this.#free + reusableBytes(this.#env);
	}
}

/** What a process without privileges may still write on the file system of `directory`; 0 when it is gone. */
export const freeBytes = (directory: string): number => {
	try {
		const {bavail, bsize} = statfsSync(directory);
		return bavail * bsize;
	} catch {
		return 0;
	}
};

type PageCounts = {
	readonly pageSize: number;
	readonly treeBranchPageCount: number;
	readonly treeLeafPageCount: number;
	readonly overflowPages: number;
};
const META_PAGES = 2;

/** Of the file, what holds no row: freed pages, and what a commit that failed has left behind its end. */
const reusableBytes = (env: Environment): number => {
	const {root, free} = env.root.getStats() as {readonly root: PageCounts; readonly free: PageCounts};
	const tables = DATABASE_NAMES.map(name => env[name].raw.getStats() as PageCounts);
	const used = [root, free, ...tables].reduce(
		(sum, {treeBranchPageCount, treeLeafPageCount, overflowPages}) =>
			sum + treeBranchPageCount + treeLeafPageCount + overflowPages,
		META_PAGES,
	);
	const file = statSync(dataFileOf(env.path), {throwIfNoEntry: false});
	const allocated = file === undefined ? 0 : Math.min(file.size, file.blocks * 512);
	return Math.max(0, allocated - used * root.pageSize);
};
