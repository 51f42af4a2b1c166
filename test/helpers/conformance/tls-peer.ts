import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer, type Server} from 'node:https';
import type {Socket} from 'node:net';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {type Certificates, certificates, type KeyPair} from '../certificates.js';
import type {Teardown} from '../temp-dir.js';
import {listening} from '../web-hook.js';
import type {Manners, Reply} from './manners.js';

/** What a peer of one kind makes of a request. */
export type Dialect = {
	/** The segments in it, in order; `undefined` for a probe. */
	parse(message: IncomingMessage, body: Buffer): ReadonlyArray<readonly [string, Buffer]> | undefined;
	answer(request: Whole, verdict: Verdict): void;
};
export type Whole = {
	readonly body: Buffer;
	readonly ids: readonly string[];
	readonly response: ServerResponse;
};
/** Whatever is in neither is accepted. */
export type Verdict = {readonly refused: readonly string[]; readonly leftOut: readonly string[]};

/** A server over mutual TLS 1.3 that keeps what it gets, each id once. */
export class TlsPeer {
	readonly stored = new Map<string, Buffer>();
	requests = 0;
	connections = 0;
	readonly #dialect: Dialect;
	readonly #manners: Manners;
	/** By their port: TLS sockets do not give out what is below them. */
	readonly #raw = new Map<number, Socket>();
	readonly #carried = new Map<number, number>();
	readonly #server: Server;

	constructor(dialect: Dialect, manners: Manners, {authority}: Certificates, {cert, key}: KeyPair) {
		this.#dialect = dialect;
		this.#manners = manners;
		this.#server = createServer(
			{cert, key, ca: authority.ca, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true},
			(message, response) => void this.#serve(message, response).catch(() => {}),
		);
		this.#server.on('connection', (socket: Socket) => {
			this.connections++;
			this.#raw.set(socket.remotePort ?? 0, socket);
		});
	}

	/** Its `https://` address. */
	async listen(t: Teardown): Promise<string> {
		return listening(t, this.#server, 'https');
	}

	async closeIdle(): Promise<void> {
		const closed = [...this.#raw.values()].map(socket => once(socket, 'close'));
		this.#server.closeIdleConnections();
		await Promise.all(closed);
		await nextTurn(); // The other end sees it in the turn after.
	}

	async goAway(): Promise<void> {
		const closed = once(this.#server, 'close');
		this.#server.close();
		this.#server.closeAllConnections();
		await closed;
	}

	async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
		const port = message.socket.remotePort ?? 0;
		const reset = (): void => void this.#raw.get(port)?.resetAndDestroy();
		const pieces: Buffer[] = [];
		let length = 0;
		for await (const piece of message) {
			pieces.push(piece as Buffer);
			length += (piece as Buffer).length;
			this.#manners.onBody?.(length, {message, reset});
		}
		const body = Buffer.concat(pieces);
		const segments = this.#dialect.parse(message, body);
		if (segments === undefined) {
			this.#dialect.answer({body, ids: [], response}, {refused: [], leftOut: []});
			return;
		}
		this.requests++;
		const earlierOnConnection = this.#carried.get(port) ?? 0;
		this.#carried.set(port, earlierOnConnection + 1);
		const ids = segments.map(([id]) => id);
		const reply = this.#manners.answer?.({ids, earlierOnConnection}) ?? 'usual';
		if (reply === 'usual' || reply === 'leave_one_out') {
			this.#take(segments, {body, ids, response}, reply);
		} else {
			misbehave(reply, response, reset);
		}
	}

	#take(
		segments: ReadonlyArray<readonly [string, Buffer]>,
		whole: Whole,
		reply: 'usual' | 'leave_one_out',
	): void {
		const refused = this.#manners.refuses ?? [];
		const taken = segments.filter(([id]) => !refused.includes(id));
		for (const [id, payload] of taken) {
			this.stored.set(id, this.stored.get(id) ?? payload);
		}
		const leftOut = reply === 'usual' ? [] : taken.slice(0, 1).map(([id]) => id);
		this.#dialect.answer(whole, {refused, leftOut});
	}
}

const misbehave = (
	reply: Exclude<Reply, 'usual' | 'leave_one_out'>,
	response: ServerResponse,
	reset: () => void,
): void => {
	switch (reply) {
		case 'silence':
			break;
		case 'reset':
			reset();
			break;
		case 'half_a_head':
			response.socket?.end('HTTP/1.1 20');
			break;
		default:
			reply(response);
	}
};

export const startTlsPeer = async (
	t: Teardown,
	dialect: Dialect,
	manners: Manners,
	papers: KeyPair | undefined,
): Promise<{readonly peer: TlsPeer; readonly url: string}> => {
	const files = await certificates();
	const peer = new TlsPeer(dialect, manners, files, papers ?? files.server);
	return {peer, url: await peer.listen(t)};
};
