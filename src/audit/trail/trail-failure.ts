import {statfsSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {dayOfFile} from './day-files.js';

/** Below it nothing is begun that the trail must note: a record of an act is some hundred bytes, others write too. */
export const LEAST_FREE_BYTES = 256 * 1024;

/** Why the trail could not be written, for who is refused because of it and for the log. */
export const trailFailure = (directory: string, cause: unknown): EdgedError => {
	const {code} = cause as NodeJS.ErrnoException;
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return noRoom(directory, cause);
	}
	return new EdgedError(
		'STORAGE_FAILED',
		`the audit trail in ${directory} cannot be written (${why(cause)}), and what cannot be recorded is not done. ${STILL_WORKS}`,
		{directory},
		{cause},
	);
};

const why = (cause: unknown): string => {
	const {code, path: place = ''} = cause as NodeJS.ErrnoException;
	if (cause instanceof EdgedError || code === undefined) {
		return cause instanceof EdgedError ? cause.message : String(cause);
	}
	const name = path.basename(place);
	const file = dayOfFile(name) === undefined ? '' : `${name}: `;
	return `${file}${code}, ${WORDS[code] ?? 'see the log'}`;
};

/** `STORAGE_FULL` when there is too little room beside the trail for another act. */
export const requireRoom = (directory: string): void => {
	if (freeBytes(directory) < LEAST_FREE_BYTES) {
		throw noRoom(directory);
	}
};

const noRoom = (directory: string, cause?: unknown): EdgedError => {
	const free = freeBytes(directory);
	return new EdgedError(
		'STORAGE_FULL',
		`the audit trail cannot be written: ${free} bytes are free on the disk of ${directory} and ${LEAST_FREE_BYTES} are needed, and what cannot be recorded is not done. ` +
			`Free space there, for example with edgectl audit prune --older-than 30d; edged sees it at the next call. ${STILL_WORKS}`,
		{directory, free_bytes: free, needed_bytes: LEAST_FREE_BYTES},
		cause === undefined ? {} : {cause},
	);
};

const STILL_WORKS =
	'Nothing was changed. What frees space and what stops delivery works all the same: purge, expire, force, audit prune, pause, resume, drain, hold, a lower rate';

const WORDS: Readonly<Record<string, string>> = {
	EROFS: 'its file system is mounted read-only',
	EACCES: 'the user of edged may not write there',
	EPERM: 'the user of edged may not write there',
	ELOOP: 'a symbolic link has the name of its file: move it away',
	EISDIR: 'a directory has the name of its file: move it away',
	ENXIO: 'a pipe or a socket has the name of its file: move it away',
	ENOENT: 'the directory is gone',
	ENOTDIR: 'it is no directory',
	EIO: 'the disk fails',
	EMFILE: 'too many files are open',
};

const freeBytes = (directory: string): number => {
	try {
		const {bavail, bsize} = statfsSync(directory);
		return bavail * bsize;
	} catch {
		return Number.POSITIVE_INFINITY; // What is wrong with it shows when it is written.
	}
};
