import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerOptions,
	type ServerResponse,
} from 'node:http';
import type {Server as TlsServer} from 'node:https';
import type {Duplex} from 'node:stream';
import type {Service} from '../runtime/service.js';
import {listenOnSocketFile} from '../runtime/socket-file.js';
import {type Body, BodyAborted, readBody} from './body.js';
import {BodyBuffers} from './body-buffers.js';
import {LINGER_MS, refuseBrokenHttp} from './broken-http.js';
import {BufferBudget, type SenderKey} from './buffer-budget.js';
import {countRefusal, createCounters, type IngestCounters} from './counters.js';
import {type Caller, CallerCheck, FORBIDDEN} from './identity.js';
import {OpenConnections} from './open-connections.js';
import type {IngestBackend, IngestOptions} from './options.js';
import {HttpRefusal, INTERNAL_ERROR, type Reply, refusalReply, sendReply} from './reply.js';
import {route} from './routes.js';
import {SenderRates} from './sender-rates.js';
import {createTlsServer, listenOnAddress, renewCertificates} from './tls-listener.js';
import {Turns} from './turns.js';

const STOP_GRACE_MS = 5000;
/** Whoever scans ports may not fill the log. */
const STRANGER_LOG_MS = 10_000;
/** More than a segment can have use for; Node would leave out, unsaid, what is beyond its own limit. */
const MAX_HEADERS = 256;
const NONE: ReadonlySet<ServerResponse> = new Set();
const HTTP: ServerOptions = {
	/** More than the metadata that a segment may have. */
	maxHeaderSize: 32_768,
	headersTimeout: 15_000,
	/** A slow link may take its time: bodies are watched for silence instead. */
	requestTimeout: 0,
	connectionsCheckingInterval: 5000,
	/** A lane that has little to send should not need a handshake each time. */
	keepAliveTimeout: 75_000,
	keepAlive: true,
	noDelay: true,
};

/** The data plane: takes segments and requests, hands out payloads. A service; starts and stops both of its doors. */
export class IngestServer implements Service {
	readonly name = 'ingest';
	readonly counters: IngestCounters = createCounters();
	readonly #backend: IngestBackend;
	readonly #budget: BufferBudget;
	readonly #callers = new CallerCheck();
	readonly #turns = new Turns();
	/** More than one of a connection when it does not wait for answers. */
	readonly #unanswered = new WeakMap<Duplex, Set<ServerResponse>>();
	readonly #buffers: BodyBuffers;
	readonly #rates: SenderRates;
	#options: IngestOptions;
	#doors: OpenConnections[] = [];
	#tls: TlsServer | undefined;
	#tlsPort: number | undefined;
	#stopping = false;
	#strangerLoggedAt = Number.NEGATIVE_INFINITY;

	constructor(options: IngestOptions, backend: IngestBackend) {
		this.#options = options;
		this.#backend = backend;
		this.#budget = new BufferBudget(options.maxBufferedBytes);
		this.#buffers = new BodyBuffers(options.maxBufferedBytes, backend.clock);
		this.#rates = new SenderRates(options.senderBytesPerSecond, backend.clock);
	}

	/** Where the TLS listener got its port, if there is one and it runs. */
	get tlsPort(): number | undefined {
		return this.#tlsPort;
	}

	/** For metrics: what is held and open now. */
	get usage(): {readonly bufferedBytes: number; readonly connections: number} {
		return {
			bufferedBytes: this.#budget.heldBytes,
			connections: this.#doors.reduce((sum, door) => sum + door.count, 0),
		};
	}

	async start(): Promise<void> {
		const {socket, listener, maxConnections} = this.#options;
		try {
			const local = createServer(HTTP);
			this.#open(local, maxConnections.local);
			await listenOnSocketFile(local, socket);
			this.#tolerate(local);
			if (listener !== undefined) {
				const tls = await createTlsServer(listener, HTTP);
				this.#open(tls, maxConnections.tls);
				tls.on('tlsClientError', error => this.#strangerRefused(error));
				this.#tlsPort = await listenOnAddress(tls, listener.address);
				this.#tolerate(tls);
				this.#tls = tls;
			}
		} catch (error) {
			await this.stop();
			throw error;
		}
	}

	/** Takes new limits and senders, and reads the certificates again. Other addresses need a restart. Open connections go on. */
	async reload(options: IngestOptions): Promise<void> {
		if (this.#tls !== undefined && options.listener !== undefined) {
			await renewCertificates(this.#tls, options.listener);
		}
		this.#options = options;
		this.#rates.setRate(options.senderBytesPerSecond);
	}

	/** Idle connections end at once, busy ones when they have been answered, the slowest after five seconds. */
	async stop(): Promise<void> {
		this.#stopping = true;
		const doors = this.#doors;
		this.#doors = [];
		this.#tls = undefined;
		this.#tlsPort = undefined;
		await Promise.all(doors.map(door => door.close(STOP_GRACE_MS)));
	}

	#open(server: Server | TlsServer, maxConnections: number): void {
		server.maxHeadersCount = MAX_HEADERS + 1;
		const serve = (request: IncomingMessage, response: ServerResponse): void => {
			void this.#serve(request, response);
		};
		server.on('drop', () => {
			this.counters.droppedConnections++;
		});
		server.on('clientError', (error, socket) => this.#refuseBroken(error, socket));
		server.on('request', serve);
		server.on('checkContinue', serve);
		this.#doors.push(
			new OpenConnections(server, maxConnections, this.#backend.clock, () => {
				this.counters.displacedConnections++;
			}),
		);
	}

	#refuseBroken(error: Error, socket: Duplex): void {
		const open = this.#unanswered.get(socket) ?? NONE;
		const [first] = open;
		const isAboutFirst = open.size === 1 && first?.headersSent === false && !first.req.complete;
		if (open.size > 0 && !isAboutFirst) {
			socket.destroy(); // It would be taken for the answer to another request.
			return;
		}
		const code = refuseBrokenHttp(error, socket, this.#backend.clock);
		if (code !== undefined) {
			countRefusal(this.counters, code);
		}
	}

	/** A connection that could not be accepted, for want of file descriptors or memory, costs only itself. */
	#tolerate(server: Server | TlsServer): void {
		server.on('error', err => {
			this.#backend.logger.warn({err}, 'the ingest failed to accept a connection');
		});
	}

	/** Never rejects. */
	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const {socket} = request;
		const open = this.#unanswered.get(socket) ?? new Set();
		this.#unanswered.set(socket, open.add(response));
		response.once('close', () => open.delete(response));
		const reply = await this.#answer(request, response);
		if (reply === undefined) {
			response.destroy();
			return;
		}
		if (this.#stopping) {
			response.shouldKeepAlive = false;
		}
		if (!request.complete) {
			this.#linger(request, response);
		}
		sendReply(response, reply);
	}

	/** `undefined`: there is nobody to answer. */
	async #answer(request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> {
		const options = this.#options;
		try {
			const caller = this.#callers.callerOf(request.socket, options.allowedSenders);
			if (request.rawHeaders.length > 2 * MAX_HEADERS) {
				throw new HttpRefusal(431, 'TOO_MANY_HEADERS', `More than ${MAX_HEADERS} header fields`);
			}
			return await route({
				request,
				response,
				caller,
				options,
				backend: this.#backend,
				counters: this.counters,
				turns: this.#turns,
				readBody: maxBytes => this.#readBody(request, response, caller, maxBytes),
			});
		} catch (error) {
			return error instanceof BodyAborted ? undefined : this.#refuse(error);
		}
	}

	#readBody(
		request: IncomingMessage,
		response: ServerResponse,
		caller: Caller,
		maxBytes: number,
	): Promise<Body> {
		const sender: SenderKey = caller.kind === 'sender' ? caller.name : undefined;
		return readBody(request, response, {
			maxBytes,
			sender,
			budget: this.#budget,
			buffers: this.#buffers,
			clock: this.#backend.clock,
			isCrowded: () => this.#budget.isShort || this.#doors.some(({isCrowded}) => isCrowded),
			received: bytes => {
				this.counters.receivedBytes += bytes;
				return sender === undefined ? 0 : this.#rates.spend(sender, bytes);
			},
			waiting: () => {
				this.counters.bufferWaits++;
			},
		});
	}

	#refuse(error: unknown): Reply {
		const refusal = refusalReply(error);
		countRefusal(this.counters, refusal?.code ?? 'INTERNAL');
		if (refusal === undefined) {
			this.#backend.onError(error);
			return INTERNAL_ERROR;
		}
		if (refusal.code === FORBIDDEN) {
			this.#strangerRefused(error);
		}
		return refusal.reply;
	}

	#strangerRefused(error: unknown): void {
		this.counters.refusedSenders++;
		const now = this.#backend.clock.elapsed();
		if (now - this.#strangerLoggedAt < STRANGER_LOG_MS) {
			return;
		}
		this.#strangerLoggedAt = now;
		this.#backend.logger.warn({err: error}, 'a sender was refused');
	}

	/** Reads the rest of a body that was refused, for a while: whoever still writes into a closed connection sees no answer. */
	#linger(request: IncomingMessage, response: ServerResponse): void {
		const closes = !response.shouldKeepAlive;
		response.shouldKeepAlive = true; // Even if the sender wants it closed: Node would not wait for the rest.
		if (closes) {
			const close = (): void => void request.socket.end();
			request.once('end', () => (response.writableFinished ? close() : response.once('finish', close)));
		}
		const cancel = this.#backend.clock.after(LINGER_MS, () => request.socket.destroy());
		request.on('error', () => {});
		request.once('close', cancel);
		request.resume();
	}
}
