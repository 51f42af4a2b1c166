import {once} from 'node:events';
import {createConnection, type Socket} from 'node:net';
import {JSONRPCClient, type JSONRPCRequest, type JSONRPCResponse} from 'json-rpc-2.0';
import {MAX_SOCKET_PATH_BYTES} from '../runtime/socket-file.js';
import {checkEvent, checkResult} from './check-result.js';
import {CallTimedOut, DaemonUnreachable, toCallerError} from './client-errors.js';
import type {WireEvent} from './contract/events.js';
import type {Arguments, MethodName, Result} from './contract/methods.js';
import {MAX_REPLY_BYTES} from './limits.js';
import {LineFramer} from './line-framer.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Node fires a longer timer at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export type CallOptions = {
	/** 10 s when absent; `Infinity` waits as long as the connection stands. */
	readonly timeoutMs?: number;
};

/** Connects to a daemon's control socket, or rejects with `DaemonUnreachable`. */
export const connectRpc = async (socketPath: string): Promise<RpcClient> => {
	if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) {
		const why = `Socket path is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${socketPath}`;
		throw new DaemonUnreachable(socketPath, why);
	}
	const socket = createConnection(socketPath);
	await once(socket, 'connect').catch((cause: NodeJS.ErrnoException) => {
		throw new DaemonUnreachable(socketPath, `Cannot reach edged on ${socketPath}: ${cause.message}`, cause);
	});
	return new RpcClient(socket, socketPath);
};

/** One connection to a daemon. Calls may overlap and are answered in any order. */
export class RpcClient {
	readonly #socket: Socket;
	readonly #socketPath: string;
	readonly #framer = new LineFramer(MAX_REPLY_BYTES);
	readonly #client = new JSONRPCClient((request: unknown) => {
		this.#socket.write(`${JSON.stringify(request)}\n`);
	});
	#lastId = 0;
	#onEvent: ((event: WireEvent) => void) | undefined;
	#onLost: ((reason: Error) => void) | undefined;
	/** Why nothing more will come. */
	#lost: Error | undefined;

	/** Takes over a socket that is connected; use `connectRpc`. */
	constructor(socket: Socket, socketPath: string) {
		this.#socket = socket;
		this.#socketPath = socketPath;
		socket.on('data', (bytes: Buffer) => {
			this.#receive(bytes);
		});
		socket.on('error', (cause: NodeJS.ErrnoException) => {
			this.#lose(new DaemonUnreachable(socketPath, `Lost edged on ${socketPath}: ${cause.message}`, cause));
		});
		socket.on('close', () => {
			this.#lose(new DaemonUnreachable(socketPath, `edged closed the connection on ${socketPath}`));
		});
	}

	/**
	 * Rejects with the daemon's own `EdgedError` for a refusal, `RpcError` for any other error answer, `UnexpectedAnswer` for one
	 * that the contract does not know, `CallTimedOut`, and `DaemonUnreachable` when the connection is lost: then what was asked may have happened.
	 */
	async call<M extends MethodName>(
		method: M,
		params: Arguments<M>,
		{timeoutMs = DEFAULT_TIMEOUT_MS}: CallOptions = {},
	): Promise<Result<M>> {
		if (this.#lost !== undefined) {
			throw this.#lost;
		}
		const request: JSONRPCRequest = {jsonrpc: '2.0', id: ++this.#lastId, method, params};
		const {error, result} = await this.#request(request, timeoutMs);
		if (error === undefined) {
			return checkResult(method, result);
		}
		if (error.code !== LOCAL_ERROR) {
			throw toCallerError(error);
		}
		throw this.#lost ?? new CallTimedOut(method, timeoutMs);
	}

	/**
	 * Calls `listener` for every event from now on, in order. Resolves when the daemon has agreed, with a promise that rejects when
	 * the connection is lost: events end with it. One subscription a client.
	 */
	async subscribe(
		filter: Arguments<'relay.events.subscribe'>,
		listener: (event: WireEvent) => void,
		options?: CallOptions,
	): Promise<{readonly ended: Promise<never>}> {
		const ended = new Promise<never>((_, reject) => {
			this.#onLost = reject;
		});
		ended.catch(() => {}); // Whoever waits for it is told.
		this.#onEvent = listener; // Before the answer: the first event may come in one piece with it.
		await this.call('relay.events.subscribe', filter, options);
		return {ended};
	}

	/** What is not answered yet rejects. */
	close(): void {
		this.#lose(new DaemonUnreachable(this.#socketPath, `The connection to ${this.#socketPath} is closed`));
	}

	#request(request: JSONRPCRequest, timeoutMs: number): PromiseLike<JSONRPCResponse> {
		return timeoutMs > LONGEST_TIMEOUT_MS
			? this.#client.requestAdvanced(request)
			: this.#client.timeout(timeoutMs).requestAdvanced(request);
	}

	#receive(bytes: Buffer): void {
		this.#framer.push(bytes);
		for (let line = this.#framer.next(); line !== undefined; line = this.#framer.next()) {
			const document = line === 'too_long' ? undefined : parse(line);
			if (document !== undefined && 'method' in document) {
				this.#notified(document);
				continue;
			}
			const response = document;
			if (response === undefined) {
				const why = `What answers on ${this.#socketPath} does not speak JSON-RPC`;
				this.#lose(new DaemonUnreachable(this.#socketPath, why));
				return;
			}
			if (response.id === null && response.error !== undefined) {
				// Said to the connection, not to a call: it is refused, and about to be closed.
				this.#lose(toCallerError(response.error));
				return;
			}
			this.#client.receive(response);
		}
	}

	/** What was asked for by nobody, or by another, is passed over. */
	#notified({method, params}: Notification): void {
		if (method !== 'relay.event') {
			return;
		}
		try {
			this.#onEvent?.(checkEvent(params));
		} catch (error) {
			this.#lose(error as Error);
		}
	}

	/** The first reason stays: what follows is its consequence. */
	#lose(reason: Error): void {
		this.#lost ??= reason;
		this.#onLost?.(this.#lost);
		this.#socket.destroy();
		this.#client.rejectAllPendingRequests(reason.message);
	}
}

/** What json-rpc-2.0 puts into the errors it makes up itself; edged never sends it. */
const LOCAL_ERROR = 0;

type Notification = {readonly method: unknown; readonly params?: unknown};

/** A response has an id, a notification a method. */
const parse = (line: Buffer): JSONRPCResponse | Notification | undefined => {
	try {
		const value: unknown = JSON.parse(line.toString('utf8'));
		return typeof value === 'object' && value !== null && ('id' in value || 'method' in value)
			? (value as JSONRPCResponse | Notification)
			: undefined;
	} catch {
		return undefined;
	}
};
