import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../outbound/errors.js';
import {dataFileOf} from './data-file.js';

/**
 * Throws for the first path of the state directory that this process may not write, and says what to do: `INVALID_CONFIG` when it
 * belongs to somebody else, `STORAGE_FAILED` when its file system is read-only, which may pass. What is not there yet is made later.
 */
export const requireWritable = (stateDirectory: string): void => {
	const queue = path.join(stateDirectory, 'queue');
	for (const directory of [stateDirectory, queue]) {
		requireAccess(directory, constants.R_OK | constants.W_OK | constants.X_OK, stateDirectory);
	}
	for (const file of [
		dataFileOf(queue),
		path.join(queue, 'lock.mdb'),
		path.join(stateDirectory, 'ballast'),
	]) {
		requireAccess(file, constants.R_OK | constants.W_OK, stateDirectory);
	}
};

const requireAccess = (place: string, mode: number, stateDirectory: string): void => {
	try {
		accessSync(place, mode);
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		if (code !== 'ENOENT') {
			throw notWritable(place, stateDirectory, code, cause);
		}
	}
};

const notWritable = (
	place: string,
	stateDirectory: string,
	code: string | undefined,
	cause: unknown,
): EdgedError => {
	if (code === 'EROFS') {
		return new EdgedError(
			'STORAGE_FAILED',
			`${place} cannot be written: its file system is mounted read-only (EROFS). Mount it for writing, after a check if an error made the kernel do that (see dmesg); under systemd a state directory other than /var/lib/edged also needs ReadWritePaths=${stateDirectory} in the unit`,
			undefined,
			{cause},
		);
	}
	const owner = statSync(place, {throwIfNoEntry: false});
	const whose =
		owner === undefined ? '' : `: it belongs to uid ${owner.uid}, mode ${(owner.mode & 0o777).toString(8)}`;
	return new EdgedError(
		'INVALID_CONFIG',
		`${place} cannot be written by the user that edged runs as (${code})${whose}. Give it to the user of edged: chown -R edged: ${stateDirectory} (under systemd StateDirectory=edged makes /var/lib/edged for that user), or set node.state_dir`,
		undefined,
		{cause},
	);
};
