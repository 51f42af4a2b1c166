import {createHash, randomUUID} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {realpath, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {EdgedError} from '../../outbound/errors.js';

/**
 * Writes `payload` to `file` under another name first, so that `file` is whole or as it was; a link stays one. A pipe or a device gets the
 * bytes as they come. Bytes that do not have the digest that the daemon gave are refused with `STORAGE_FAILED`.
 */
export const savePayload = async (
	payload: Readable,
	file: string,
	sha256: string,
	signal: AbortSignal,
): Promise<void> => {
	try {
		const target = await targetOf(file);
		await (target.isReplaced
			? replace(payload, target.path, sha256, signal)
			: copyChecked(payload, createWriteStream(file), sha256, signal));
	} catch (error) {
		throw inWords(error, file);
	}
};

type Target = {readonly path: string; readonly isReplaced: boolean};

const targetOf = async (file: string): Promise<Target> => {
	const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') {
			return undefined;
		}
		throw error;
	});
	if (found === undefined) {
		return {path: file, isReplaced: true};
	}
	// Of a directory the open says what is wrong.
	return found.isFile() ? {path: await realpath(file), isReplaced: true} : {path: file, isReplaced: false};
};

const replace = async (
	payload: Readable,
	file: string,
	sha256: string,
	signal: AbortSignal,
): Promise<void> => {
	const unfinished = path.join(
		path.dirname(file),
		`.${path.basename(file)}.${randomUUID().slice(0, 8)}.part`,
	);
	try {
		await copyChecked(payload, createWriteStream(unfinished, {flags: 'wx', flush: true}), sha256, signal);
		await rename(unfinished, file);
	} catch (error) {
		await rm(unfinished, {force: true});
		throw error;
	}
};

/** What the file system refused names the file that was asked for. */
const inWords = (error: unknown, file: string): unknown => {
	const {code = '', path: at, syscall} = error as NodeJS.ErrnoException;
	const why = at === undefined || syscall === undefined ? undefined : WHY[code];
	return why === undefined
		? error
		: Object.assign(new Error(`the payload cannot be written to ${file}: ${why}`), {code});
};

const WHY: Readonly<Record<string, string>> = {
	ENOENT: 'there is no such directory',
	ENOTDIR: 'there is no such directory',
	EISDIR: 'it is a directory; name a file in it',
	EACCES: 'no permission',
	EPERM: 'no permission',
	EROFS: 'the file system is read-only',
	ENAMETOOLONG: 'the name is too long',
};

/** Copies `payload` to `target`; throws at the end when the digest is another. */
export const copyChecked = async (
	payload: Readable,
	target: Writable,
	sha256: string,
	signal: AbortSignal,
): Promise<void> => {
	const hash = createHash('sha256');
	const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		for await (const chunk of chunks) {
			hash.update(chunk);
			yield chunk;
		}
	};
	await pipeline(payload, hashed, target, {signal});
	if (hash.digest('hex') !== sha256) {
		throw new EdgedError('STORAGE_FAILED', 'The payload that arrived does not have the digest of the record');
	}
};
