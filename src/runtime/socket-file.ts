import {once} from 'node:events';
import {chmod, chown, lstat, readFile, rm} from 'node:fs/promises';
import {createConnection, type Server} from 'node:net';
import {dirname} from 'node:path';
import {EdgedError} from '../outbound/errors.js';
import {listenFailure} from './listen-failure.js';
import {makeDirectory} from './make-directory.js';

/** sun_path without its zero; Node 20 silently binds to a longer name cut short. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** A Unix socket and who may connect: to connect is to write, so `mode` 0o660 lets owner and group in. */
export type SocketFile = {
	readonly path: string;
	readonly mode: number;
	/** Name or number of a group in the group file; the group of the process when absent or empty. */
	readonly group?: string;
};

/**
 * Makes `server` (of node:net or node:http) listen on `file`. A file left by a killed process is replaced; one that answers, or
 * that is no socket, is left alone and refused with `BUSY` and `INVALID_CONFIG`. Closing the server removes the file.
 */
export const listenOnSocketFile = async (
	server: Server,
	{path, mode, group}: SocketFile,
	groupFile = '/etc/group',
): Promise<void> => {
	const gid = group === undefined || group === '' ? undefined : await findGroup(group, groupFile);
	await claimSocketPath(path);
	server.listen(path);
	await once(server, 'listening').catch(cause => {
		throw listenFailure(path, cause);
	});
	try {
		if (gid !== undefined) {
			await chown(path, -1, gid);
		}
		// Last: under any usual umask nobody but the owner could connect until now.
		await chmod(path, mode);
	} catch (cause) {
		server.close();
		refuse(`Cannot give ${path} to group ${group ?? '(none)'} with mode 0${mode.toString(8)}`, cause);
	}
};

/** Makes `path` free to listen on: a socket file outlives its process, so knock before removing it. */
const claimSocketPath = async (path: string): Promise<void> => {
	if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
		throw new EdgedError(
			'INVALID_CONFIG',
			`Socket path is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`,
		);
	}
	const found = await lstat(path).catch((cause: NodeJS.ErrnoException) =>
		cause.code === 'ENOENT' ? undefined : refuse(`Cannot look at ${path}`, cause),
	);
	if (found === undefined) {
		try {
			makeDirectory(dirname(path), 0o750);
		} catch (cause) {
			refuse(`Cannot make the directory of ${path}`, cause);
		}
		return;
	}
	if (!found.isSocket()) {
		throw new EdgedError('INVALID_CONFIG', `${path} is there and is no socket`);
	}
	if (await answers(path)) {
		throw new EdgedError('BUSY', `Another process already listens on ${path}`);
	}
	await rm(path, {force: true});
};

/** Only a refused connection proves that nobody listens: a full backlog or a missing permission does not. */
const answers = async (path: string): Promise<boolean> => {
	const knock = createConnection(path);
	try {
		await once(knock, 'connect');
		return true;
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		return code !== 'ECONNREFUSED' && code !== 'ENOENT';
	} finally {
		knock.destroy();
	}
};

/** Node resolves no group names; groups that only a directory service knows go by number. */
const findGroup = async (group: string, groupFile: string): Promise<number> => {
	if (/^\d+$/.test(group)) {
		return Number(group);
	}
	const text = await readFile(groupFile, 'utf8').catch(cause => refuse(`Cannot read ${groupFile}`, cause));
	const line = text.split('\n').find(candidate => candidate.startsWith(`${group}:`));
	const gid = Number(line?.split(':')[2] || Number.NaN);
	if (!Number.isInteger(gid)) {
		throw new EdgedError('INVALID_CONFIG', `There is no group ${group} in ${groupFile}`);
	}
	return gid;
};

const refuse = (what: string, cause: unknown): never => {
	throw new EdgedError('INVALID_CONFIG', `${what}: ${(cause as Error).message}`, undefined, {cause});
};
