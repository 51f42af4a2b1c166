import {readdirSync} from 'node:fs';
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

/** The files of the trail in `directory`, oldest first, which is the order of the chain. Throws an error that says what is wrong with the directory. */
export const listDayFiles = (directory: string): string[] => {
	try {
		return readdirSync(directory)
			.filter(name => dayOfFile(name) !== undefined)
			.sort();
	} catch (cause) {
		throw unreadableDirectory(directory, cause);
	}
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
