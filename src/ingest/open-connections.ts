import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import type {Clock} from '../runtime/clock.js';

/** Above this share of the places, who does not use its place has to leave it to newcomers. */
const CROWDED = 7 / 8;
/** Within this time anybody on a link in order has said who it is, or what it wants. */
const SILENT_MS = 1000;
/** Between two requests. */
const IDLE_MS = 5000;
/** Making room costs more than turning somebody away: a flood of newcomers is mostly turned away. */
const DISPLACE_EVERY_MS = 5;

type Place = {
	readonly socket: Socket;
	/** It has made a request, or come to the end of its TLS handshake. */
	isKnown: boolean;
	/** Requests that are not answered yet. */
	open: number;
	quietSince: number;
};

/**
 * The connections of one door. When it fills, a newcomer gets the place of one that has said nothing yet (no whole head of a request,
 * no end of the TLS handshake), else of one that is idle, the longest quiet first. Whoever is being served stays.
 */
export class OpenConnections {
	readonly #server: Server;
	readonly #clock: Clock;
	readonly #crowd: number;
	/** Those in a TLS handshake as well, of which the server itself does not know yet. */
	readonly #places = new Map<string | Socket, Place>();
	#displacedAt = Number.NEGATIVE_INFINITY;

	/** `displaced` is told of each that had to go. */
	constructor(server: Server, most: number, clock: Clock, displaced: () => void) {
		this.#server = server;
		this.#clock = clock;
		this.#crowd = Math.floor(most * CROWDED);
		server.maxConnections = most;
		server.on('connection', (socket: Socket) => {
			this.#makeRoom(displaced);
			const key = keyOf(socket);
			this.#places.set(key, {socket, isKnown: false, open: 0, quietSince: clock.elapsed()});
			socket.once('close', () => this.#places.delete(key));
		});
		server.on('drop', () => this.#makeRoom(displaced)); // For whoever comes next.
		server.on('secureConnection', (socket: Socket) => this.#heard(this.#places.get(keyOf(socket))));
		const serve = ({socket}: IncomingMessage, response: ServerResponse): void => {
			const place = this.#places.get(keyOf(socket));
			this.#heard(place, 1);
			response.once('close', () => this.#heard(place, -1));
		};
		server.on('request', serve);
		server.on('checkContinue', serve);
	}

	get count(): number {
		return this.#places.size;
	}

	/** Almost all places are taken. */
	get isCrowded(): boolean {
		return this.#places.size >= this.#crowd;
	}

	/** Accepts nobody, lets what was begun finish within `graceMs`, and resolves once all are gone. */
	async close(graceMs: number): Promise<void> {
		const cancel = this.#clock.after(graceMs, () => {
			for (const {socket} of this.#places.values()) {
				socket.destroy();
			}
		});
		await new Promise<void>(resolve => {
			this.#server.close(() => resolve()); // An error says that it was not listening, which is what is wanted.
			this.#server.closeIdleConnections();
		});
		cancel();
	}

	#heard(place: Place | undefined, requests = 0): void {
		if (place !== undefined) {
			place.isKnown = true;
			place.open += requests;
			place.quietSince = this.#clock.elapsed();
		}
	}

	#makeRoom(displaced: () => void): void {
		const now = this.#clock.elapsed();
		if (!this.isCrowded || now - this.#displacedAt < DISPLACE_EVERY_MS) {
			return;
		}
		this.#displacedAt = now;
		const quiet = this.#longestQuiet(now);
		if (quiet !== undefined) {
			quiet.socket.destroy();
			displaced();
		}
	}

	#longestQuiet(now: number): Place | undefined {
		let found: Place | undefined;
		for (const place of this.#places.values()) {
			const isQuiet = place.open === 0 && now - place.quietSince >= (place.isKnown ? IDLE_MS : SILENT_MS);
			if (isQuiet && (found === undefined || goesBefore(place, found))) {
				found = place;
			}
		}
		return found;
	}
}

const goesBefore = (one: Place, other: Place): boolean =>
	one.isKnown === other.isKnown ? one.quietSince < other.quietSince : other.isKnown;

/** The same for a TLS socket and the one beneath it. */
const keyOf = (socket: Socket): string | Socket =>
	socket.remotePort === undefined ? socket : `${socket.remoteAddress} ${socket.remotePort}`;
