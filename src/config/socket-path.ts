import {filePath, type Kind} from './field.js';

/** Room for a path in sockaddr_un, less its final zero (unix(7)). Node 20 cuts a longer one short without a word. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** A Unix socket. Its length is checked after it was placed: see `socketPathProblem`. */
export const socketPath: Kind<string> = {...filePath, allowed: 'the path of a Unix socket'};

/** Why nothing can listen on the absolute path `socket`; `undefined` when something can. */
export const socketPathProblem = (socket: string): string | undefined => {
	const length = Buffer.byteLength(socket);
	return length <= MAX_SOCKET_PATH_BYTES
		? undefined
		: `${socket} has ${length} bytes; the path of a Unix socket may have ${MAX_SOCKET_PATH_BYTES}`;
};
