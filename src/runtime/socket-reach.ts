import {stat} from 'node:fs/promises';
import {dirname} from 'node:path';

const OTHERS_WRITE = 0o002;
const OTHERS_ENTER = 0o001;
const GROUP_ENTER = 0o010;

/**
 * The directory on the way to the socket at `path` (absolute) that keeps out those whom the socket's own mode lets in: all users, or
 * its group. `undefined` when there is none, or where nobody can tell.
 */
export const closedToGroup = async (path: string): Promise<string | undefined> => {
	try {
		const {mode, gid} = await stat(path);
		const isForAll = (mode & OTHERS_WRITE) !== 0;
		for (let directory = dirname(path); ; directory = dirname(directory)) {
			const entered = await stat(directory);
			const isOpen =
				(entered.mode & OTHERS_ENTER) !== 0 ||
				(!isForAll && entered.gid === gid && (entered.mode & GROUP_ENTER) !== 0);
			if (!isOpen) {
				return directory;
			}
			if (directory === dirname(directory)) {
				return undefined;
			}
		}
	} catch {
		return undefined;
	}
};
