import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {link, open, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';

export type WholeFileOptions = {
	/** What becomes of a file that is there already. */
	readonly existing: 'refuse' | 'replace';
	readonly signal: AbortSignal;
};

/**
 * Writes `content` to `file`, readable by its owner only, so that it is there whole and durable or not at all. Throws an Error whose
 * message says what was wrong and what to do.
 */
export const writeWholeFile = async (
	file: string,
	content: Readable,
	{existing, signal}: WholeFileOptions,
): Promise<number> => {
	const unfinished = path.join(
		path.dirname(file),
		`.${path.basename(file).slice(0, 180)}.${randomUUID().slice(0, 8)}.part`,
	);
	try {
		const handle = await open(unfinished, 'wx', 0o600);
		try {
			for await (const chunk of content as AsyncIterable<Buffer>) {
				signal.throwIfAborted();
				await handle.writeFile(chunk); // From where it stands; unlike `write` it writes all of it.
			}
			await handle.sync();
		} finally {
			await handle.close();
		}
		const {size} = await stat(unfinished);
		await (existing === 'replace' ? rename(unfinished, file) : placeNew(unfinished, file));
		await syncDirectory(path.dirname(file));
		return size;
	} catch (error) {
		throw signal.aborted ? error : new Error(writeProblem(error, file), {cause: error});
	} finally {
		content.destroy();
		await rm(unfinished, {force: true}).catch(() => {});
	}
};

/** Refused before anything is collected, when that can be told already. */
export const requireWritable = async (
	file: string,
	existing: WholeFileOptions['existing'],
): Promise<void> => {
	const there = await stat(file).catch(() => undefined);
	if (there?.isDirectory()) {
		throw new Error(`${file} is a directory: name a file in it`);
	}
	if (there !== undefined && !there.isFile()) {
		throw new Error(`${file} is there and is no file: choose another name`);
	}
	if (there !== undefined && existing === 'refuse') {
		throw new Error(alreadyThere(file));
	}
	const directory = await stat(path.dirname(file)).catch((error: unknown) => {
		throw new Error(writeProblem(error, file), {cause: error});
	});
	if (!directory.isDirectory()) {
		throw new Error(`${path.dirname(file)} is no directory`);
	}
};

const alreadyThere = (file: string): string =>
	`${file} is there already, and was left as it is: choose another name, or give --force to replace it`;

/** Unlike a rename, a link never takes the place of a file that came meanwhile. */
const placeNew = async (from: string, to: string): Promise<void> => {
	try {
		await link(from, to);
	} catch (error) {
		if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) {
			throw error;
		}
		if ((await stat(to).catch(() => undefined)) !== undefined) {
			throw Object.assign(new Error(), {code: 'EEXIST'});
		}
		await rename(from, to);
	}
};

/** FAT and some network file systems have none. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

const syncDirectory = async (directory: string): Promise<void> => {
	const handle = await open(directory, constants.O_RDONLY);
	try {
		await handle.sync();
	} catch {
		// Some file systems cannot; the file itself is on the disk.
	} finally {
		await handle.close();
	}
};

/** Why `file` could not be written, and what to do. */
export const writeProblem = (error: unknown, file: string): string => {
	const {code = '', message} = error as NodeJS.ErrnoException;
	const directory = path.dirname(file);
	const known: Readonly<Record<string, string>> = {
		EEXIST: alreadyThere(file),
		ENOSPC: `no space is left on the disk of ${directory}: nothing was written; choose a place on another disk`,
		EDQUOT: `your disk quota in ${directory} is used up: nothing was written; choose another place`,
		EROFS: `${directory} is on a read-only file system: choose another place`,
		EACCES: `no permission to write in ${directory}: choose another place, or use sudo`,
		EPERM: `no permission to write in ${directory}: choose another place, or use sudo`,
		ENOENT: `there is no directory ${directory}: make it, or choose another place`,
		ENOTDIR: `a part of ${directory} is no directory`,
		ENAMETOOLONG: `the name ${path.basename(file).slice(0, 40)}... is too long`,
	};
	return known[code] ?? `${file} could not be written: ${message}`;
};
