import type {Server} from 'node:http';
import type {Socket} from 'node:net';
import type {Clock} from '../runtime/clock.js';

/** Above this share of the places, who does not use its place has to leave it to newcomers. */
const CROWDED = 7 / 8;
/** Within this time anybody on a link in order has said who it is, or what it wants. */
const SILENT_MS = 1000;
const CLEAR_EVERY_MS = 1000;

/**
 * The connections of one door. When it fills, newcomers get the places of those that have said nothing yet (no whole request, no
 * end of the TLS handshake), the oldest first, and of kept-alive ones between two requests. Whoever is being served stays.
 */
export class OpenConnections {
	readonly #server: Server;
	readonly #clock: Clock;
	readonly #crowd: number;
	/** Those in a TLS handshake as well, of which the server itself does not know yet. */
	readonly #sockets = new Set<Socket>();
	/** Oldest first. */
	readonly #silent = new Map<string | Socket, {readonly socket: Socket; readonly since: number}>();
	#clearedAt = Number.NEGATIVE_INFINITY;

	/** `displaced` is told of each that had to go. */
	constructor(server: Server, most: number, clock: Clock, displaced: () => void) {
		this.#server = server;
		this.#clock = clock;
		this.#crowd = Math.floor(most * CROWDED);
		server.maxConnections = most;
		server.on('connection', (socket: Socket) => {
			if (this.isCrowded && this.#makeRoom()) {
				displaced();
			}
			const key = keyOf(socket);
			this.#sockets.add(socket);
			this.#silent.set(key, {socket, since: clock.elapsed()});
			socket.once('close', () => {
				this.#sockets.delete(socket);
				this.#silent.delete(key);
			});
		});
		const speaks = (socket: Socket): void => void this.#silent.delete(keyOf(socket));
		server.on('secureConnection', speaks);
		server.on('request', ({socket}) => speaks(socket));
		server.on('checkContinue', ({socket}) => speaks(socket));
	}

	get count(): number {
		return this.#sockets.size;
	}

	/** Almost all places are taken. */
	get isCrowded(): boolean {
		return this.#sockets.size >= this.#crowd;
	}

	/** Accepts nobody, lets what was begun finish within `graceMs`, and resolves once all are gone. */
	async close(graceMs: number): Promise<void> {
		const cancel = this.#clock.after(graceMs, () => {
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

	/** Says whether somebody silent had to go. */
	#makeRoom(): boolean {
		const now = this.#clock.elapsed();
		const [oldest] = this.#silent.values();
		if (oldest !== undefined && now - oldest.since >= SILENT_MS) {
			oldest.socket.destroy();
			return true;
		}
		if (now - this.#clearedAt >= CLEAR_EVERY_MS) {
			this.#clearedAt = now;
			this.#server.closeIdleConnections();
		}
		return false;
	}
}

/** The same for a TLS socket and the one beneath it. */
const keyOf = (socket: Socket): string | Socket =>
	socket.remotePort === undefined ? socket : `${socket.remoteAddress} ${socket.remotePort}`;
