import {once} from 'node:events';
import {connect, type Socket} from 'node:net';

type Answer = {
	readonly id: number;
	readonly result?: unknown;
	readonly error?: {readonly code: number; readonly message: string; readonly data?: unknown};
};
type Waiting = {resolve(result: unknown): void; reject(error: Error): void};

/** A JSON-RPC error answer, as it came over the socket. */
export class JsonRpcFailure extends Error {
	readonly code: number;
	readonly data: unknown;

	constructor({code, message, data}: NonNullable<Answer['error']>) {
		super(message);
		this.name = 'JsonRpcFailure';
		this.code = code;
		this.data = data;
	}
}

/**
 * One connection to a daemon's control socket: a JSON document a line, written here anew so that tests and benches of the
 * real process do not lean on the client they would prove. Calls may overlap; they reject when the socket closes.
 */
export class JsonRpcConnection {
	readonly #socket: Socket;
	readonly #waiting = new Map<number, Waiting>();
	#lastId = 0;
	#pieces: string[] = [];

	static async open(path: string): Promise<JsonRpcConnection> {
		const socket = connect(path);
		await once(socket, 'connect');
		return new JsonRpcConnection(socket);
	}

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding('utf8');
		socket.on('data', (text: string) => {
			this.#take(text);
		});
		socket.on('error', () => {}); // 'close' follows and rejects the calls.
		socket.on('close', () => {
			for (const {reject} of this.#waiting.values()) {
				reject(new Error('The daemon closed the control socket'));
			}
			this.#waiting.clear();
		});
	}

	call(method: string, params?: unknown): Promise<unknown> {
		if (this.#socket.destroyed) {
			return Promise.reject(new Error('The control socket is closed'));
		}
		const id = ++this.#lastId;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, {resolve, reject});
			this.#socket.write(`${JSON.stringify({jsonrpc: '2.0', id, method, params})}\n`);
		});
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(text: string): void {
		const lines = text.split('\n');
		const unfinished = lines.pop() ?? '';
		for (const line of lines) {
			this.#pieces.push(line);
			this.#settle(JSON.parse(this.#pieces.join('')) as Answer);
			this.#pieces = [];
		}
		this.#pieces.push(unfinished);
	}

	#settle({id, result, error}: Answer): void {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		if (error === undefined) {
			waiting?.resolve(result);
		} else {
			waiting?.reject(new JsonRpcFailure(error));
		}
	}
}

/** One call on a connection of its own. */
export const askSocket = async (path: string, method: string, params?: unknown): Promise<unknown> => {
	const connection = await JsonRpcConnection.open(path);
	try {
		return await connection.call(method, params);
	} finally {
		connection.close();
	}
};
