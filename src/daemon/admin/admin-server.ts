import {once} from 'node:events';
import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerOptions,
	type ServerResponse,
} from 'node:http';
import type {AddressInfo} from 'node:net';
import {formatListenAddress, type ListenAddress} from '../../config/listen-address.js';
import {listenFailure} from '../../runtime/listen-failure.js';
import type {Logger} from '../../runtime/logger.js';
import type {Service} from '../../runtime/service.js';

export type AdminOptions = {
	readonly address: ListenAddress;
	/** `undefined` when all is well; else why new work should go elsewhere. */
	unready(): string | undefined;
	metrics(): Promise<{readonly contentType: string; readonly text: string}>;
	readonly logger: Logger;
};

/** A scraper, a few probes and somebody with curl. */
const MAX_CONNECTIONS = 64;
const HTTP: ServerOptions = {
	maxHeaderSize: 8192,
	headersTimeout: 10_000,
	requestTimeout: 10_000,
	connectionsCheckingInterval: 5000,
};

type Answer = {readonly status: number; readonly contentType: string; readonly text: string};

/** Health and metrics for this machine's monitoring. Knows nothing that is secret, changes nothing. */
export class AdminServer implements Service {
	readonly name = 'admin';
	readonly #options: AdminOptions;
	#server: Server | undefined;

	constructor(options: AdminOptions) {
		this.#options = options;
	}

	/** Where it listens; the port that it got when the configuration leaves it to the kernel. */
	get address(): string | undefined {
		const bound = this.#server?.address() as AddressInfo | null | undefined;
		return bound ? formatListenAddress({host: bound.address, port: bound.port}) : undefined;
	}

	/** Rejects with `INVALID_CONFIG` or `BUSY` when the address cannot be had. */
	async start(): Promise<void> {
		const {host, port} = this.#options.address;
		const server = createServer(HTTP, (request, response) => {
			void this.#serve(request, response);
		});
		server.maxConnections = MAX_CONNECTIONS;
		server.listen(port, host);
		try {
			await once(server, 'listening');
		} catch (cause) {
			throw listenFailure(
				`${formatListenAddress(this.#options.address)} for health and metrics (admin.listen)`,
				cause,
			);
		}
		server.on('error', err => {
			this.#options.logger.warn({err}, 'the admin listener failed to accept a connection');
		});
		this.#server = server;
	}

	async stop(): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		if (server !== undefined) {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		}
	}

	/** Never rejects. */
	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const answer = await this.#answer(request).catch((err: unknown): Answer => {
			this.#options.logger.error({err}, 'an admin request failed');
			return plain(500, 'internal error');
		});
		response.writeHead(answer.status, {
			'content-type': answer.contentType,
			'content-length': Buffer.byteLength(answer.text),
		});
		response.end(request.method === 'HEAD' ? undefined : answer.text);
	}

	async #answer({method, url = ''}: IncomingMessage): Promise<Answer> {
		if (method !== 'GET' && method !== 'HEAD') {
			return plain(405, 'only GET and HEAD here');
		}
		switch (url.split('?', 1)[0]) {
			case '/healthz':
				return plain(200, 'ok');
			case '/readyz': {
				const why = this.#options.unready();
				return why === undefined ? plain(200, 'ready') : plain(503, why);
			}
			case '/metrics':
				return {status: 200, ...(await this.#options.metrics())};
			default:
				return plain(404, 'there are /healthz, /readyz and /metrics');
		}
	}
}

const plain = (status: number, text: string): Answer => ({
	status,
	contentType: 'text/plain; charset=utf-8',
	text: `${text}\n`,
});
