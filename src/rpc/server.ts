import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {PeerCredentials} from '../runtime/peer-credentials.js';
import type {Service} from '../runtime/service.js';
import {listenOnSocketFile, type SocketFile} from '../runtime/socket-file.js';
import type {Backend} from './backend.js';
import type {Door} from './caller.js';
import {Connection, type ConnectionContext} from './connection.js';
import type {EventSource} from './event-source.js';
import type {Gate, OnWrongCall} from './gate.js';
import {DOOR_LIMITS} from './limits.js';
import {LineTurns} from './line-turns.js';
import {Responder} from './responder.js';
import {createRoutes} from './routes.js';
import type {SubscriptionCounters} from './subscriptions.js';
import {refusalResponse} from './wire-errors.js';

/** How long requests that are being answered hold up the stop. */
const STOP_GRACE_MS = 2000;
/** Above so many times the limit a connection is dropped without a word: so many at once are no mistake. */
const DROP_ABOVE_TIMES = 2;

export type RpcServerOptions = {
	readonly socket: SocketFile;
	/** What callers are known by who come in here; see `Caller`. */
	readonly door: Door;
	/** Decides what they may do. */
	readonly gate: Gate;
	readonly onWrongCall: OnWrongCall;
	readonly backend: Backend;
	readonly events: EventSource;
	/** Asked once a connection, when it opens: so says the kernel whose it is. */
	readonly whoIs: PeerCredentials['of'];
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'error' | 'warn'>;
};

/** A door of the control plane. Who may use it is decided by the socket's mode, group and directory. */
export class RpcServer implements Service {
	readonly name: string;
	readonly #options: RpcServerOptions;
	readonly #context: ConnectionContext;
	/** Those that are told `BUSY` and are about to go included. */
	readonly #connections = new Set<Connection>();
	#seatsTaken = 0;
	#server: Server | undefined;
	#failures = 0;

	constructor(options: RpcServerOptions) {
		this.#options = options;
		const {backend, clock, door, events, gate, onWrongCall} = options;
		this.name = `${door} socket`;
		const responder = new Responder(createRoutes(backend), {
			gate,
			onWrongCall,
			report: (error, method) => this.#report(error, method),
		});
		this.#context = {
			responder,
			clock,
			turns: new LineTurns(),
			events,
			subscriptions: {open: 0, lost: 0},
			limits: DOOR_LIMITS[door],
		};
	}

	/** For metrics. */
	get subscriptions(): Readonly<SubscriptionCounters> {
		return this.#context.subscriptions;
	}

	/** Rejects with `INVALID_CONFIG` or `BUSY` when the socket cannot be had (src/runtime/socket-file.ts). */
	async start(): Promise<void> {
		const server = createServer({allowHalfOpen: true}, socket => {
			this.#accept(socket);
		});
		server.maxConnections = DROP_ABOVE_TIMES * this.#context.limits.connections;
		await listenOnSocketFile(server, this.#options.socket);
		server.on('error', err => {
			this.#options.logger.warn({err}, `the ${this.name} failed to accept a connection`);
		});
		this.#server = server;
	}

	/** Answers what is being answered, refuses the rest by closing. The socket file goes. */
	async stop(): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		if (server === undefined) {
			return;
		}
		const closed = once(server, 'close');
		server.close();
		for (const connection of this.#connections) {
			connection.finish();
		}
		const cancel = this.#options.clock.after(STOP_GRACE_MS, () => {
			for (const connection of this.#connections) {
				connection.destroy();
			}
		});
		await closed;
		cancel();
	}

	#accept(socket: Socket): void {
		const {door, whoIs} = this.#options;
		const {connections: most} = this.#context.limits;
		const connection = new Connection(socket, {door, credentials: whoIs(socket)}, this.#context);
		this.#connections.add(connection);
		const seats = this.#seatsTaken < most ? 1 : 0;
		this.#seatsTaken += seats;
		socket.on('close', () => {
			this.#connections.delete(connection);
			this.#seatsTaken -= seats;
		});
		if (seats === 0) {
			const busy = new EdgedError('BUSY', `All ${most} control connections are taken`);
			connection.refuse(refusalResponse(null, busy));
		}
	}

	/** The log gets the error, the caller only its id. */
	#report(err: unknown, method: string): string {
		const errorId = `${this.#options.clock.now().toString(36)}-${++this.#failures}`;
		this.#options.logger.error({err, error_id: errorId, method}, 'a control request failed');
		return errorId;
	}
}
