import {createHash} from 'node:crypto';
import path from 'node:path';
import {codeOf, type FileSystem, unless} from './file-system.js';
import {StagedFile} from './staged-file.js';

export type OutboxOptions = {
	/** Absolute. */
	readonly directory: string;
	/** Sets the temporary files of this writer apart from those of another that shares the directory. */
	readonly owner: string;
	readonly files: FileSystem;
};

/** Something is wrong with the directory as a whole; the message is for the operator. */
export class OutboxTrouble extends Error {
	override readonly name = 'OutboxTrouble';
}

/** Where a file system was mounted once, nothing is written to what lies under it. */
type Whereabouts = {readonly device: number; readonly isMountPoint: boolean};

/** The directory that segments are put into: there, writable, free of what a crash left, and durable when told so. */
export class Outbox {
	readonly #options: OutboxOptions;
	readonly #prefix: string;
	#staged = 0;
	#whereabouts: Whereabouts | undefined;
	#sweep: Promise<void> | undefined;
	#hardLinks = true;

	constructor(options: OutboxOptions) {
		this.#options = options;
		const tag = createHash('sha256').update(options.owner).digest('hex').slice(0, 12);
		this.#prefix = `.edged-${tag}-`; // No segment's file name begins with a dot.
	}

	get files(): FileSystem {
		return this.#options.files;
	}

	pathOf(name: string): string {
		return path.join(this.#options.directory, name);
	}

	/** Makes the directory if only it is missing, and removes temporary files of a former life. Throws `OutboxTrouble`. */
	async prepare(): Promise<void> {
		try {
			await this.#locate();
			this.#sweep ??= this.#removeLeftovers().catch((error: unknown) => {
				this.#sweep = undefined;
				throw error;
			});
			await this.#sweep;
		} catch (error) {
			throw this.trouble(error);
		}
	}

	/** Writes `bytes` under a temporary name; not durable yet. */
	async stage(bytes: Uint8Array): Promise<StagedFile> {
		this.#staged += 1;
		return StagedFile.write(this, `${this.#prefix}${this.#staged}.tmp`, bytes);
	}

	/** Gives a temporary file its name, unless the name is taken: nothing is ever overwritten. */
	async giveName(temporary: string, name: string): Promise<'given' | 'taken'> {
		const {files} = this.#options;
		if (this.#hardLinks) {
			try {
				await files.link(temporary, name);
				await files.unlink(temporary);
				return 'given';
			} catch (error) {
				if (codeOf(error) === 'EEXIST') {
					return 'taken';
				}
				if (!NO_HARD_LINKS.has(codeOf(error) ?? '')) {
					throw error;
				}
				this.#hardLinks = false;
			}
		}
		// FAT knows no hard links, and Node no rename that spares what is there. Nobody else makes names like ours.
		if ((await unless('ENOENT', files.lstat(name))) !== undefined) {
			return 'taken';
		}
		await files.rename(temporary, name);
		return 'given';
	}

	/** Makes the names that were given durable. */
	async sync(): Promise<void> {
		await this.#syncDirectory(this.#options.directory);
	}

	/** The words for an operator. */
	trouble(error: unknown): OutboxTrouble {
		if (error instanceof OutboxTrouble) {
			return error;
		}
		const {directory} = this.#options;
		const code = codeOf(error) ?? '';
		const words = TROUBLES[code] ?? (error instanceof Error ? error.message : String(error));
		return new OutboxTrouble(`${directory}: ${words}${code in TROUBLES ? ` (${code})` : ''}`, {cause: error});
	}

	async #locate(): Promise<void> {
		const {directory, files} = this.#options;
		const parent = await unless('ENOENT', files.stat(path.dirname(directory)));
		if (parent === undefined) {
			throw new OutboxTrouble(
				`${directory}: does not exist, and neither does what it lies in. Is it mounted?`,
			);
		}
		const found = await unless('ENOENT', files.stat(directory));
		if (found === undefined) {
			await this.#make(parent.dev);
			return;
		}
		if (!found.isDirectory()) {
			throw new OutboxTrouble(`${directory}: is not a directory`);
		}
		const known = this.#whereabouts;
		if (known?.isMountPoint && known.device !== found.dev && found.dev === parent.dev) {
			throw new OutboxTrouble(`${directory}: is not mounted any more`);
		}
		this.#whereabouts = {device: found.dev, isMountPoint: found.dev !== parent.dev};
	}

	async #make(parentDevice: number): Promise<void> {
		const {directory, files} = this.#options;
		if (this.#whereabouts !== undefined && this.#whereabouts.device !== parentDevice) {
			throw new OutboxTrouble(`${directory}: is gone with the file system it was on. Is it mounted?`);
		}
		await unless('EEXIST', files.mkdir(directory));
		await this.#syncDirectory(path.dirname(directory));
	}

	/** A crash leaves temporary files behind; none of this life is there yet. */
	async #removeLeftovers(): Promise<void> {
		const {directory, files} = this.#options;
		for await (const {name} of await files.opendir(directory)) {
			if (name.startsWith(this.#prefix) && name.endsWith('.tmp')) {
				await unless('ENOENT', files.unlink(path.join(directory, name)));
			}
		}
	}

	async #syncDirectory(directory: string): Promise<void> {
		const handle = await this.#options.files.open(directory, 'r');
		try {
			await handle.sync();
		} catch (error) {
			// Some file systems cannot: there a name is as durable as they make it.
			if (!NO_DIRECTORY_SYNC.has(codeOf(error) ?? '')) {
				throw error;
			}
		} finally {
			await handle.close();
		}
	}
}

const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const NO_DIRECTORY_SYNC: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

const TROUBLES: Readonly<Record<string, string>> = {
	ENOSPC: 'no space is left on its file system',
	EDQUOT: 'the disk quota is used up',
	EACCES: 'edged may not write there',
	EPERM: 'edged may not write there',
	EROFS: 'its file system is read-only',
	ENOENT: 'it is gone',
	ENOTDIR: 'a part of the path is not a directory',
	EIO: 'the device reports an error',
	ENODEV: 'the device is gone',
	ENXIO: 'the device is gone',
	ESTALE: 'the share is gone',
	EMFILE: 'too many files are open',
	ENFILE: 'too many files are open',
};
