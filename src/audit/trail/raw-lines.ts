import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {MAX_LINE_BYTES} from '../line.js';

/** Bytes between two newlines, and how they end. `too long` has no bytes. */
export type RawLine = {
	/** Offset of the first byte. */
	readonly at: number;
	readonly byteLength: number;
	/** With the newline, when there is one. */
	readonly bytes: Buffer;
	readonly end: 'newline' | 'none' | 'too long';
};

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** The lines of `file` from `start`, where one begins. Holds one line and one chunk at a time. */
export async function* linesForward(file: string, start = 0): AsyncGenerator<RawLine> {
	const handle = await openToRead(file);
	try {
		const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
		let begun = new LineInParts('first to last');
		let at = start;
		for (let offset = start; ; ) {
			const {bytesRead} = await handle.read(chunk, 0, CHUNK_BYTES, offset);
			if (bytesRead === 0) {
				break;
			}
			for (let from = 0; from < bytesRead; ) {
				const found = chunk.subarray(0, bytesRead).indexOf(NEWLINE, from);
				const to = found === -1 ? bytesRead : found + 1;
				begun.add(chunk.subarray(from, to));
				if (found !== -1) {
					yield begun.line(at, 'newline');
					at = offset + to;
					begun = new LineInParts('first to last');
				}
				from = to;
			}
			offset += bytesRead;
		}
		if (begun.byteLength > 0) {
			yield begun.line(at, 'none');
		}
	} finally {
		await handle.close();
	}
}

/** The lines of `file` that end at or before `before`, the last one first. Holds one line and one chunk at a time. */
export async function* linesBackward(
	file: string,
	before = Number.POSITIVE_INFINITY,
): AsyncGenerator<RawLine> {
	const handle = await openToRead(file);
	try {
		const {size} = await handle.stat();
		let upTo = Math.min(before, size);
		let begun = new LineInParts('last to first');
		let end: RawLine['end'] = 'none';
		while (upTo > 0) {
			const from = Math.max(0, upTo - CHUNK_BYTES);
			const chunk = await readExactly(handle, from, upTo - from);
			let to = chunk.length;
			while (to > 0) {
				// The newline that ends the line which is begun is not the one that begins it.
				const search = begun.byteLength === 0 ? to - 2 : to - 1;
				const found = search < 0 ? -1 : chunk.lastIndexOf(NEWLINE, search);
				if (begun.byteLength === 0) {
					end = chunk[to - 1] === NEWLINE ? 'newline' : 'none';
				}
				begun.add(chunk.subarray(found + 1, to));
				to = found + 1;
				if (found !== -1) {
					yield begun.line(from + to, end);
					begun = new LineInParts('last to first');
				}
			}
			upTo = from;
		}
		if (begun.byteLength > 0) {
			yield begun.line(0, end);
		}
	} finally {
		await handle.close();
	}
}

/** Parts of one line, of which no more is kept than a line may have. */
class LineInParts {
	byteLength = 0;
	#parts: Buffer[] = [];
	readonly #order: 'first to last' | 'last to first';

	constructor(order: 'first to last' | 'last to first') {
		this.#order = order;
	}

	add(part: Buffer): void {
		this.byteLength += part.length;
		if (this.byteLength > MAX_LINE_BYTES) {
			this.#parts = [];
		} else {
			this.#parts.push(Buffer.from(part)); // The chunk is read into again.
		}
	}

	line(at: number, end: RawLine['end']): RawLine {
		const isTooLong = this.byteLength > MAX_LINE_BYTES && end === 'newline';
		const parts = this.#order === 'first to last' ? this.#parts : this.#parts.toReversed();
		const bytes = this.byteLength > MAX_LINE_BYTES ? Buffer.alloc(0) : Buffer.concat(parts);
		return {at, byteLength: this.byteLength, bytes, end: isTooLong ? 'too long' : end};
	}
}

const openToRead = async (file: string): Promise<FileHandle> => {
	try {
		// Not to wait for a writer, should it be a pipe.
		const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
		if ((await handle.stat()).isFile()) {
			return handle;
		}
		await handle.close();
		throw new EdgedError('INVALID_ARGUMENT', `${path.resolve(file)} is no file`);
	} catch (cause) {
		if (cause instanceof EdgedError) {
			throw cause;
		}
		const {code} = cause as NodeJS.ErrnoException;
		const advice = code === 'EACCES' ? ': use sudo, or leave --audit-dir out to ask the daemon' : '';
		const message = `${path.resolve(file)} cannot be read (${code})${advice}`;
		throw new EdgedError('INVALID_ARGUMENT', message, undefined, {cause});
	}
};

/** Less when the file was cut meanwhile. */
const readExactly = async (handle: FileHandle, from: number, length: number): Promise<Buffer> => {
	const chunk = Buffer.allocUnsafe(length);
	let done = 0;
	while (done < length) {
		const {bytesRead} = await handle.read(chunk, done, length - done, from + done);
		if (bytesRead === 0) {
			break;
		}
		done += bytesRead;
	}
	return chunk.subarray(0, done);
};
