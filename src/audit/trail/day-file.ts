import {constants, type Stats, statSync} from 'node:fs';
import {open as openFile} from 'node:fs/promises';
import path from 'node:path';

/** What is used of an open file; a test gives one that fails. */
export type WritableFile = {
	write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{bytesWritten: number}>;
	datasync(): Promise<void>;
	truncate(byteLength: number): Promise<void>;
	chmod(mode: number): Promise<void>;
	stat(): Promise<Pick<Stats, 'ino' | 'dev' | 'size' | 'isFile'>>;
	sync(): Promise<void>;
	close(): Promise<void>;
};
export type OpenFile = (file: string, flags: number, mode?: number) => Promise<WritableFile>;

const MODE = 0o640;
/** Not to wait for a reader, should a pipe have its name. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** One file of the trail, open to be written behind its last whole line. */
export class DayFile {
	readonly name: string;
	readonly #file: WritableFile;
	readonly #path: string;
	readonly #identity: Pick<Stats, 'ino' | 'dev'>;
	#end: number;

	private constructor(
		place: string,
		file: WritableFile,
		{ino, dev}: Pick<Stats, 'ino' | 'dev'>,
		end: number,
	) {
		this.name = path.basename(place);
		this.#path = place;
		this.#file = file;
		this.#identity = {ino, dev};
		this.#end = end;
	}

	/** Cuts off what is behind `end`. A file that is not there yet is made, and its name is on disk when this resolves. */
	static async open(
		directory: string,
		name: string,
		end: number,
		open: OpenFile = openFile,
	): Promise<DayFile> {
		const place = path.join(directory, name);
		const file = await open(place, FLAGS, MODE);
		try {
			const found = await file.stat();
			if (!found.isFile()) {
				throw Object.assign(new Error(`${place} is no file`), {code: 'ENXIO', path: place});
			}
			const {ino, dev, size} = found;
			if (size === 0) {
				await file.chmod(MODE); // Whatever the umask is.
				await syncDirectory(directory, open);
			}
			if (size > end) {
				await file.truncate(end);
				await file.sync();
			}
			return new DayFile(place, file, {ino, dev}, end);
		} catch (error) {
			await file.close();
			throw error;
		}
	}

	/** False once somebody else has moved, removed, cut or written the file. */
	get isAsLeft(): boolean {
		const found = statSync(this.#path, {throwIfNoEntry: false});
		const {ino, dev} = this.#identity;
		return found !== undefined && found.ino === ino && found.dev === dev && found.size === this.#end;
	}

	/** On disk when it resolves. Rejects with what the system says, and then nothing of it is in the file, or the file is to be opened anew. */
	async append(bytes: Uint8Array): Promise<void> {
		try {
			for (let done = 0; done < bytes.length; ) {
				const {bytesWritten} = await this.#file.write(bytes, done, bytes.length - done, this.#end + done);
				done += bytesWritten;
			}
			await this.#file.datasync();
			this.#end += bytes.length;
		} catch (error) {
			await this.#file.truncate(this.#end).catch(() => undefined); // Who opens it next cuts it off too.
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.#file.close();
	}
}

/** Names that were made or removed in `directory` are so on disk. */
export const syncDirectory = async (directory: string, open: OpenFile = openFile): Promise<void> => {
	const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
};
