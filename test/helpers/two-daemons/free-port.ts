import {once} from 'node:events';
import {createServer} from 'node:net';

/**
 * A port that is free now and that the kernel gives to nobody while its owner is down: below the range of outgoing connections, of
 * which one could take it, even to itself.
 */
export const freePort = async (): Promise<number> => {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const server = createServer().listen(port, '127.0.0.1');
		try {
			await once(server, 'listening');
			server.close();
			await once(server, 'close');
			return port;
		} catch {
			// Taken: try another.
		}
	}
};
