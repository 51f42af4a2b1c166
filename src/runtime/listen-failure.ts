import {EdgedError} from '../outbound/errors.js';

/** In use, or not there yet: both may change without anybody touching the configuration. */
const MAY_PASS: readonly unknown[] = ['EADDRINUSE', 'EADDRNOTAVAIL'];

/** Why nobody can listen on `where`: `BUSY` when to try again may help, else `INVALID_CONFIG`. */
export const listenFailure = (where: string, cause: unknown): EdgedError => {
	const {code, message} = cause as NodeJS.ErrnoException;
	return new EdgedError(
		MAY_PASS.includes(code) ? 'BUSY' : 'INVALID_CONFIG',
		`Cannot listen on ${where}: ${message}`,
		undefined,
		{cause},
	);
};
