import {constants} from 'node:fs';
import {type FileHandle, lstat, open, readlink} from 'node:fs/promises';

export type PlainFile = {
	readonly handle: FileHandle;
	readonly size: number;
	/** What whoever reads of it should know. */
	readonly notes: readonly string[];
};

/** Opens a file to be read. Refuses what is none, in words, and never waits for the other end of a pipe. Close the handle. */
export const openPlainFile = async (file: string): Promise<PlainFile> => {
	const notes: string[] = [];
	const link = await lstat(file).catch((error: unknown) => {
		throw new Error(`${file} ${whyNot(error)}`);
	});
	if (link.isSymbolicLink()) {
		notes.push(`${file} is a symbolic link to ${await readlink(file)}`);
	}
	const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
		throw new Error(`${file} ${whyNot(error)}`);
	});
	const stat = await handle.stat();
	if (!stat.isFile()) {
		await handle.close();
		throw new Error(`${file} is ${kindOf(stat)}, not a file`);
	}
	return {handle, size: stat.size, notes};
};

/** The last `most` bytes of it. */
export const readEnd = async ({handle, size}: PlainFile, most: number): Promise<Buffer> => {
	// Files of /proc say that they are empty, and are not.
	const buffer = Buffer.allocUnsafe(size === 0 ? Math.min(most, 64 * 1024) : Math.min(size, most));
	let filled = 0;
	while (filled < buffer.length) {
		const {bytesRead} = await handle.read(
			buffer,
			filled,
			buffer.length - filled,
			Math.max(0, size - most) + filled,
		);
		if (bytesRead === 0) {
			break;
		}
		filled += bytesRead;
	}
	return buffer.subarray(0, filled);
};

type Kinds = {
	isDirectory(): boolean;
	isFIFO(): boolean;
	isSocket(): boolean;
};

const kindOf = (stat: Kinds): string => {
	if (stat.isDirectory()) {
		return 'a directory';
	}
	if (stat.isFIFO()) {
		return 'a pipe (FIFO)';
	}
	return stat.isSocket() ? 'a socket' : 'a device';
};

export const whyNot = (error: unknown): string => {
	const {code = '', message} = error as NodeJS.ErrnoException;
	const known: Readonly<Record<string, string>> = {
		ENOENT: 'does not exist',
		EACCES: 'cannot be read: no permission (use sudo)',
		EPERM: 'cannot be read: no permission (use sudo)',
		ELOOP: 'cannot be read: too many symbolic links',
		ENOTDIR: 'cannot be read: a part of its path is no directory',
		ENXIO: 'is a socket or a device, not a file',
		EISDIR: 'is a directory, not a file',
	};
	return known[code] ?? `cannot be read: ${message}`;
};
