import type {Server} from 'node:http';
import type {Socket} from 'node:net';
import type {Clock} from '../runtime/clock.js';

/** Ends a server's connections; those in a TLS handshake as well, of which the server itself does not know yet. */
export class OpenConnections {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	constructor(server: Server) {
		this.#server = server;
		server.on('connection', (socket: Socket) => {
			this.#sockets.add(socket);
			socket.once('close', () => this.#sockets.delete(socket));
		});
	}

	get count(): number {
		return this.#sockets.size;
	}

	/** Accepts nobody, lets what was begun finish within `graceMs`, and resolves once all are gone. */
	async close(clock: Clock, graceMs: number): Promise<void> {
		const cancel = clock.after(graceMs, () => {
			for (const socket of this.#sockets) {
				socket.destroy();
			}
		});
		await new Promise<void>(resolve => {
			this.#server.close(() => resolve()); // An error says that it was not listening, which is what is wanted.
			this.#server.closeIdleConnections();
		});
		cancel();
	}
}
