import path from 'node:path';

export const DEFAULT_CONFIG_FILE = '/etc/edged/edge.toml';
export const DEFAULT_RPC_SOCKET = '/run/edged/rpc.sock';
export const DEFAULT_INGEST_SOCKET = '/run/edged/ingest.sock';
/** Where examples/quickstart.toml puts the control socket, from the root of the project. */
export const QUICKSTART_RPC_SOCKET = 'var/rpc.sock';

/** What an operator's command knows of its surroundings. */
export type Surroundings = {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly workingDirectory: string;
	readonly exists: (file: string) => boolean;
};

/** An absolute path, and what named it: errors say so. */
export type FoundSocket = {
	readonly path: string;
	readonly source: '--socket' | 'EDGED_SOCKET' | 'default' | 'quickstart';
};

/**
 * The control socket to talk to: the one given, else `EDGED_SOCKET`, else the installed daemon's. Where none is installed, a
 * quickstart's in the working directory is taken, so that the first commands of the README need no flag.
 */
export const findRpcSocket = (
	given: string | undefined,
	{env, workingDirectory, exists}: Surroundings,
): FoundSocket => {
	const absolute = (file: string): string => path.resolve(workingDirectory, file);
	if (given !== undefined) {
		return {path: absolute(given), source: '--socket'};
	}
	const {EDGED_SOCKET: named} = env;
	if (named !== undefined && named !== '') {
		return {path: absolute(named), source: 'EDGED_SOCKET'};
	}
	const quickstart = absolute(QUICKSTART_RPC_SOCKET);
	return !exists(DEFAULT_RPC_SOCKET) && exists(quickstart)
		? {path: quickstart, source: 'quickstart'}
		: {path: DEFAULT_RPC_SOCKET, source: 'default'};
};
