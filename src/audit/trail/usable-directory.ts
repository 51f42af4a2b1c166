import {accessSync, constants, lstatSync, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {kindOfEntry} from './day-files.js';

/** Throws `INVALID_CONFIG` when what has the name of the file that is written next is no file. */
export const requireWritableFile = (directory: string, name: string): void => {
	const place = path.join(directory, name);
	const found = lstatSync(place, {throwIfNoEntry: false});
	const kind = found && kindOfEntry(found);
	if (kind !== undefined) {
		throw new EdgedError(
			'INVALID_CONFIG',
			`audit.dir: ${path.resolve(place)} is ${kind}, and the trail is to be written to a file of that name. Move it away, or name another directory`,
		);
	}
};

/**
 * Throws `INVALID_CONFIG` for a directory in which the trail cannot be kept, with what to do. One that is not there yet is made
 * later, below a directory that is. What only a full disk is in the way of passes.
 */
export const requireUsable = (directory: string, uid: number | undefined): void => {
	const place = nearest(directory);
	const what = place === directory ? directory : `${directory} cannot be made: ${place}`;
	if (!statSync(place).isDirectory()) {
		throw unusable(`${what} is no directory`);
	}
	try {
		accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		const {uid: owner, mode} = statSync(place);
		const who = uid === undefined ? '' : ` by uid ${uid}`;
		throw code === 'EROFS'
			? unusable(`${what} is on a file system that is mounted read-only`, cause)
			: unusable(
					`${what} cannot be written${who} (${code}; it belongs to uid ${owner}, mode ${(mode & 0o777).toString(8)})`,
					cause,
				);
	}
};

const unusable = (what: string, cause?: unknown): EdgedError =>
	new EdgedError(
		'INVALID_CONFIG',
		`audit.dir: ${what}. Give the user of edged a directory of its own (chown edged:edged DIR; under systemd a place outside /var/lib/edged needs ReadWritePaths= too), or leave audit.dir out: the trail is then in "audit" below node.state_dir`,
		cause === undefined ? undefined : {code: (cause as NodeJS.ErrnoException).code},
		cause === undefined ? {} : {cause},
	);

/** The first that is there, from `directory` upwards. */
const nearest = (directory: string): string => {
	let place = path.resolve(directory);
	while (!isThere(place) && path.dirname(place) !== place) {
		place = path.dirname(place);
	}
	return place;
};

const isThere = (place: string): boolean => {
	try {
		return statSync(place, {throwIfNoEntry: false}) !== undefined;
	} catch {
		return false; // Below a file, or in a directory that hides what is in it: what is above says so.
	}
};
