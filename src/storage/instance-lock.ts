import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {realpathSync} from 'node:fs';
import {createConnection, createServer, type Server} from 'node:net';
import {EdgedError} from '../outbound/errors.js';
import {makeDirectory} from '../runtime/make-directory.js';

/** Held for as long as the process lives, or until released. Dies with its holder: nothing stale is left. */
export type InstanceLock = {release(): Promise<void>};

/** For a holder that is stopped or hangs; one on a machine with much else to do may well need more than a second. */
const ANSWER_TIMEOUT_MS = 5000;

/**
 * Takes the lock of a state directory: a listening abstract socket named after its real path. Throws `BUSY` that names
 * the holder's pid when another process has it. lmdb itself would let a second process write.
 */
export const lockInstance = async (stateDirectory: string, pid: number): Promise<InstanceLock> => {
	makeStateDirectory(stateDirectory);
	const name = `\0edged-${createHash('sha256').update(realpathSync(stateDirectory)).digest('hex').slice(0, 40)}`;
	const server = createServer(socket => {
		socket.on('error', () => undefined);
		// Destroyed once written: one that asks and never goes away must not hold up the release.
		socket.end(`${pid}\n`, () => socket.destroy());
	});
	try {
		await listen(server, name);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
			throw error;
		}
		const holder = await askHolder(name);
		throw new EdgedError(
			'BUSY',
			`another edged${holder === undefined ? '' : ` (pid ${holder})`} uses the state directory ${stateDirectory}: stop it first, or set node.state_dir`,
		);
	}
	server.unref();
	return {
		release: async () => {
			await new Promise<void>(resolve => {
				server.close(() => {
					resolve();
				});
			});
		},
	};
};

const makeStateDirectory = (directory: string): void => {
	try {
		makeDirectory(directory, 0o700);
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		const isInTheWay = code === 'EEXIST' || code === 'ENOTDIR';
		const why = isInTheWay ? 'a file is in the way' : String(code);
		throw new EdgedError(
			// A disk that is not mounted yet may still come.
			isInTheWay || code === 'EACCES' ? 'INVALID_CONFIG' : 'STORAGE_FAILED',
			`the state directory ${directory} cannot be made (${why}): make it for the user of edged, or set node.state_dir`,
			undefined,
			{cause},
		);
	}
};

const listen = async (server: Server, name: string): Promise<void> => {
	const listening = once(server, 'listening');
	server.listen({path: name});
	await listening;
};

const askHolder = async (name: string): Promise<string | undefined> => {
	const socket = createConnection({path: name});
	socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
	let answer = '';
	try {
		for await (const chunk of socket) {
			answer += String(chunk);
		}
	} catch {
		// The holder may be ending just now.
	}
	return /^\d+/.exec(answer)?.[0];
};
