import {readFileSync} from 'node:fs';

/** How many files and sockets the process may have open (`ulimit -n`, `LimitNOFILE`); `undefined` where the kernel does not say. */
export const openFileLimit = (): number | undefined => {
	try {
		const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
		return limit === undefined ? undefined : Number(limit);
	} catch {
		return undefined;
	}
};

export const MOST_CONNECTIONS = {local: 1024, tls: 512} as const;
const LEAST = 16;
/** The runtime's own, the store, operators and monitoring. */
const OF_THE_DAEMON = 320;
/** Connections, and files of a `directory`. */
const OF_A_PEER = 40;

/**
 * How many connections the doors for segments may have open: whoever comes in must not take from the store, the peers and the
 * operators the file descriptors that they need.
 */
export const connectionShares = (
	openFiles = Number.POSITIVE_INFINITY,
	peers: number,
): {readonly local: number; readonly tls: number} => {
	const left = openFiles - OF_THE_DAEMON - peers * OF_A_PEER;
	const share = (most: number): number =>
		Math.max(
			LEAST,
			Math.min(most, Math.floor((left * most) / (MOST_CONNECTIONS.local + MOST_CONNECTIONS.tls))),
		);
	return {local: share(MOST_CONNECTIONS.local), tls: share(MOST_CONNECTIONS.tls)};
};
