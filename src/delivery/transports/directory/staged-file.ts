import type {FileHandle} from 'node:fs/promises';
import type {Outbox} from './outbox.js';

/** A file that is written and has no name yet. It ends by getting one, or by being discarded. */
export class StagedFile {
	readonly #outbox: Outbox;
	readonly #path: string;
	#handle: FileHandle | undefined;
	#ended = false;

	private constructor(outbox: Outbox, path: string, handle: FileHandle) {
		this.#outbox = outbox;
		this.#path = path;
		this.#handle = handle;
	}

	static async write(outbox: Outbox, temporaryName: string, bytes: Uint8Array): Promise<StagedFile> {
		const path = outbox.pathOf(temporaryName);
		const staged = new StagedFile(outbox, path, await outbox.files.open(path, 'wx'));
		try {
			await staged.append(bytes);
		} catch (error) {
			await staged.discard();
			throw error;
		}
		return staged;
	}

	async append(bytes: Uint8Array): Promise<void> {
		if (bytes.length > 0) {
			await this.#handle?.writeFile(bytes); // A handle writes on from where it is.
		}
	}

	/** It has no name and was not discarded. */
	get isOpen(): boolean {
		return !this.#ended;
	}

	/** The content is on the medium when this resolves. */
	async makeDurable(): Promise<void> {
		await this.#handle?.sync();
		await this.#close();
	}

	async giveName(name: string): Promise<'given' | 'taken'> {
		const given = await this.#outbox.giveName(this.#path, this.#outbox.pathOf(name));
		this.#ended = given === 'given';
		return given;
	}

	/** Takes the place of a file that edged wrote itself and that belongs to nothing any more. */
	async replace(name: string): Promise<void> {
		await this.#outbox.files.rename(this.#path, this.#outbox.pathOf(name));
		this.#ended = true;
	}

	/** Removes it if it got no name. Never throws: what is left is swept at the next start. Idempotent. */
	async discard(): Promise<void> {
		try {
			await this.#close();
			if (!this.#ended) {
				this.#ended = true;
				await this.#outbox.files.unlink(this.#path);
			}
		} catch {
			// The trouble that led here is told already.
		}
	}

	async #close(): Promise<void> {
		const handle = this.#handle;
		this.#handle = undefined;
		await handle?.close();
	}
}
