import {randomBytes} from 'node:crypto';
import {statSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';

/**
 * A file that is there to be cut: what it held is the room in which settling, burying and purging go on when the disk is full.
 * Its bytes are random and written out, so that no file system can keep it in less room than it stands for.
 */
export class Ballast {
	readonly file: string;
	readonly byteLength: number;

	constructor(stateDirectory: string, byteLength: number) {
		this.file = path.join(stateDirectory, 'ballast');
		this.byteLength = byteLength;
	}

	/** Bytes that `release` would free. */
	get held(): number {
		return statSync(this.file, {throwIfNoEntry: false})?.size ?? 0;
	}

	get isWhole(): boolean {
		return this.held >= this.byteLength;
	}

	/** Resolves once the room is free for others. */
	async release(): Promise<void> {
		await this.#write(async file => {
			await file.truncate(0);
			await file.sync(); // Journalling file systems give freed blocks out only then.
		});
	}

	/** Resolves once all of it is on disk. Rejects, and holds nothing, when it does not fit. */
	async fill(): Promise<void> {
		await this.#write(async file => {
			try {
				await file.truncate(0);
				await file.writeFile(randomBytes(this.byteLength));
				await file.sync();
			} catch (error) {
				await file.truncate(0);
				throw error;
			}
		});
	}

	async #write(act: (file: FileHandle) => Promise<void>): Promise<void> {
		const file = await open(this.file, 'a', 0o600);
		try {
			await act(file);
		} finally {
			await file.close();
		}
	}
}
