import {Socket} from 'node:net';

/** Asks the daemon a question; `undefined` for whatever is no answer in time. */
export type Ask = (method: string, params: object) => Promise<unknown>;

/**
 * For completion only: who waits for a key has no time for the client with its schemas, and wants no message. Answers are not
 * checked; whoever uses them takes nothing on trust. `patienceMs` is for all questions together, from now on.
 */
export const askDaemon = (socketPath: string, patienceMs: number): Ask => {
	const signal = AbortSignal.timeout(patienceMs);
	return (method, params) =>
		new Promise(resolve => {
			const pieces: Buffer[] = [];
			const socket = new Socket({signal});
			socket.on('error', () => resolve(undefined));
			socket.on('close', () => resolve(undefined));
			socket.on('data', piece => {
				pieces.push(piece);
				if (piece.includes('\n')) {
					resolve(resultIn(Buffer.concat(pieces).toString()));
					socket.destroy();
				}
			});
			socket.connect(socketPath);
			socket.write(`${JSON.stringify({jsonrpc: '2.0', id: 1, method, params})}\n`);
		});
};

const resultIn = (line: string): unknown => {
	try {
		return (JSON.parse(line) as {result?: unknown}).result;
	} catch {
		return undefined;
	}
};
