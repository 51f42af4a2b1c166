import {type Dirent, readdirSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import type {EpochMs} from '../../outbound/units.js';
import {formatTime, parseTime} from '../../runtime/clock.js';

const NAME = /^audit-(\d{4}-\d{2}-\d{2})\.jsonl$/;
/** The last day that the name of a file can hold: a clock may say anything. */
const LAST_DAY = '9999-12-31';
const LAST_MS = parseTime(`${LAST_DAY}T23:59:59.999Z`);

/** The UTC day, as in the name of a file. */
export const dayOf = (at: EpochMs): string =>
	at > LAST_MS ? LAST_DAY : formatTime(Math.max(0, at) as EpochMs).slice(0, 10);

export const fileOfDay = (day: string): string => `audit-${day}.jsonl`;

/** `undefined` for a name that is no file of the trail. */
export const dayOfFile = (name: string): string | undefined => NAME.exec(name)?.[1];

/** What has the name of a file of the trail and is none: edged did not make it. */
export type NoFile = {
	readonly name: string;
	/** In words that complete "it is ...". */
	readonly what: string;
};

export type DayFiles = {
	/** Oldest first, which is the order of the chain. */
	readonly files: readonly string[];
	readonly noFiles: readonly NoFile[];
};

/** What of `directory` has the name of a file of the trail. Throws an error that says what is wrong with the directory. */
export const lookAtDayFiles = (directory: string): DayFiles => {
	const days = entriesOf(directory)
		.filter(({name}) => dayOfFile(name) !== undefined)
		.map(entry => ({name: entry.name, what: entry.isFile() ? undefined : kindOf(directory, entry.name)}))
		.sort((one, other) => (one.name < other.name ? -1 : 1));
	return {
		files: days.filter(({what}) => what === undefined).map(({name}) => name),
		noFiles: days.flatMap(({name, what}) => (what === undefined ? [] : [{name, what}])),
	};
};

export const listDayFiles = (directory: string): readonly string[] => lookAtDayFiles(directory).files;

const entriesOf = (directory: string): Dirent[] => {
	try {
		return readdirSync(directory, {withFileTypes: true});
	} catch (cause) {
		throw unreadableDirectory(directory, cause);
	}
};

/** `undefined` for a file, also behind a link: what is only read may lie elsewhere. */
const kindOf = (directory: string, name: string): string | undefined => {
	try {
		const found = statSync(path.join(directory, name), {throwIfNoEntry: false});
		return found === undefined ? 'a link to nothing' : kindOfEntry(found);
	} catch (error) {
		return `not to be looked at (${(error as NodeJS.ErrnoException).code})`;
	}
};

/** In words that complete "it is ..."; `undefined` for a file. */
export const kindOfEntry = (
	found: Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isSymbolicLink'>,
): string | undefined => {
	if (found.isFile()) {
		return undefined;
	}
	const kinds = [
		[found.isDirectory(), 'a directory'],
		[found.isFIFO(), 'a pipe'],
		[found.isSocket(), 'a socket'],
		[found.isSymbolicLink(), 'a symbolic link'],
	] as const;
	return kinds.find(([isSo]) => isSo)?.[1] ?? 'a device';
};

const unreadableDirectory = (directory: string, cause: unknown): EdgedError => {
	const {code} = cause as NodeJS.ErrnoException;
	const place = path.resolve(directory);
	const why: Readonly<Record<string, string>> = {
		ENOENT: `${place} does not exist. The trail is in audit.dir of the configuration, else in "audit" below node.state_dir`,
		ENOTDIR: `${place} is no directory. Name the directory in which the files audit-YYYY-MM-DD.jsonl are`,
		EACCES: `${place} may not be read by this user. Use sudo, or leave --audit-dir out to ask the daemon`,
	};
	const message = why[code ?? ''] ?? `${place} cannot be read (${code ?? String(cause)})`;
	return new EdgedError('INVALID_ARGUMENT', message, undefined, {cause});
};
