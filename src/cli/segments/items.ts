import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {Payload} from './ingest-door.js';
import {splitLines} from './lines.js';

/** One segment to be, or why it cannot be. */
export type Item =
	/** `origin` is what the operator called it: a file, `-`, or with a line number. */
	{readonly origin: string} & (
		| {readonly kind: 'payload'; readonly payload: Payload}
		| {readonly kind: 'unreadable'; readonly problem: string}
	);

export type Inputs = {
	/** Names of files; `-` is `stdin`. */
	readonly names: readonly string[];
	readonly stdin: Readable;
	/** Whether a segment is a line or a whole input. */
	readonly unit: 'input' | 'line';
};

/** Opens the inputs one after the other, as they are asked for. An input that cannot be read does not stop the others. */
export async function* itemsOf({names, stdin, unit}: Inputs): AsyncGenerator<Item> {
	for (const name of names) {
		try {
			if (unit === 'line') {
				yield* lineItems(name, name === '-' ? stdin : (await openFile(name)).createReadStream());
			} else {
				yield {origin: name, kind: 'payload', payload: await wholePayload(name, stdin)};
			}
		} catch (error) {
			yield {origin: name, kind: 'unreadable', problem: problemOf(error)};
		}
	}
}

async function* lineItems(name: string, stream: Readable): AsyncGenerator<Item> {
	let number = 0;
	for await (const bytes of splitLines(stream)) {
		number++;
		yield {origin: `${name}:${number}`, kind: 'payload', payload: {kind: 'bytes', bytes}};
	}
}

/** Files up to this size are read at once, so that many can be in flight. */
const SMALL_FILE_BYTES = 64 * 1024;

const wholePayload = async (name: string, stdin: Readable): Promise<Payload> => {
	if (name === '-') {
		return {kind: 'stream', stream: stdin, byteLength: undefined};
	}
	const file = await openFile(name);
	const stat = await file.stat();
	if (!stat.isFile()) {
		return {kind: 'stream', stream: file.createReadStream(), byteLength: undefined};
	}
	if (stat.size > SMALL_FILE_BYTES) {
		// `end` keeps to the length that is announced, should the file grow meanwhile.
		return {
			kind: 'stream',
			stream: file.createReadStream({start: 0, end: stat.size - 1}),
			byteLength: stat.size,
		};
	}
	try {
		return {kind: 'bytes', bytes: await file.readFile()};
	} finally {
		await file.close();
	}
};

const openFile = async (name: string): Promise<FileHandle> => {
	const file = await open(name, constants.O_RDONLY);
	if ((await file.stat()).isDirectory()) {
		await file.close();
		throw Object.assign(new Error(), {code: 'EISDIR'});
	}
	return file;
};

const problemOf = (error: unknown): string => {
	const {code, message} = error as NodeJS.ErrnoException;
	return PROBLEMS[code ?? ''] ?? message;
};

const PROBLEMS: Readonly<Record<string, string>> = {
	ENOENT: 'no such file',
	EACCES: 'permission denied',
	EISDIR: 'is a directory; name the files in it',
	ELOOP: 'too many symbolic links',
	ENOTDIR: 'a part of the path is no directory',
	ENAMETOOLONG: 'the name is too long',
};
