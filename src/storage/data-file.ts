import {closeSync, openSync, readSync, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../outbound/errors.js';

/** The file that LMDB writes to. */
export const dataFileOf = (directory: string): string => path.join(directory, 'data.mdb');

const PAGE_BYTES = 4096;
/** Behind the page's own header; MDB_MAGIC of lmdb's mdb.c. */
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;

/** Throws `STORAGE_FAILED` for a file that is no LMDB environment: lmdb would end the process by a signal, without a word. */
export const refuseForeignFile = (directory: string): void => {
	const file = dataFileOf(directory);
	const bytes = beginningOf(file);
	const isMeta = (at: number): boolean =>
		bytes.length >= at + MAGIC_AT + 4 && bytes.readUInt32LE(at + MAGIC_AT) === MAGIC;
	if (bytes.length > 0 && !isMeta(0) && !isMeta(PAGE_BYTES)) {
		throw new EdgedError(
			'STORAGE_FAILED',
			`${file} is no store of edged, or its first pages are destroyed: move the state directory away and start with an empty one, or restore a copy`,
		);
	}
};

/** Both meta pages; empty for a file that is not there or has nothing in it yet. */
const beginningOf = (file: string): Buffer => {
	if ((statSync(file, {throwIfNoEntry: false})?.size ?? 0) === 0) {
		return Buffer.alloc(0);
	}
	const bytes = Buffer.alloc(2 * PAGE_BYTES);
	const descriptor = openSync(file, 'r');
	try {
		return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
	} finally {
		closeSync(descriptor);
	}
};

/** Tells whether the open file is still the one that a restart would find. */
export const watchPlace = (directory: string): (() => boolean) => {
	const file = dataFileOf(directory);
	const opened = statSync(file);
	return () => {
		const found = statSync(file, {throwIfNoEntry: false});
		return found !== undefined && found.ino === opened.ino && found.dev === opened.dev;
	};
};
