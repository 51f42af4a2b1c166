import type {Readable} from 'node:stream';
import type {Clock} from '../../runtime/clock.js';
import {type EncodedRequest, maxAnswerBytes, REQUEST_CONTENT_TYPE} from '../../storage/request-codec.js';
import type {PeerConnections} from './peer-connections.js';
import {ChunkReader, type ChunkSize, type PackPool} from './request-body.js';
import {SilenceWatch} from './silence-watch.js';

export type PostLimits = {
	/** For a connection to stand. */
	readonly dialTimeoutMs: number;
	/** Without any progress once it stands: no chunk that left, no byte that came. */
	readonly ackTimeoutMs: number;
	readonly clock: Clock;
	readonly chunkSize: ChunkSize;
	readonly packs: PackPool;
};

export type PostedRequest = {
	readonly encoded: EncodedRequest;
	readonly entryCount: number;
	readonly signal: AbortSignal;
	/** Told of each chunk that has left. */
	wrote(bytes: number): void;
};

/** How the exchange of one request for one answer went; nothing of the answer has been judged yet. */
export type PostResult =
	| {
			readonly kind: 'response';
			readonly status: number;
			readonly headers: Readonly<Record<string, string | string[] | undefined>>;
			/** Empty for one that is longer than an answer can be. */
			readonly text: string;
			readonly bytesSent: number;
	  }
	| {
			readonly kind: 'failed';
			readonly cause: 'error' | 'timeout' | 'signal';
			readonly error: unknown;
			/** Bytes had been handed to a connection: the peer may have them, and may have acted. */
			readonly hadBegun: boolean;
			readonly bytesSent: number;
	  };

/** Posts a request on one of `connections`. Never throws. */
export const postRequest = async (
	connections: PeerConnections,
	posted: PostedRequest,
	limits: PostLimits,
): Promise<PostResult> => {
	const exchange = new Exchange(posted, limits);
	try {
		const pool = await connections.pool();
		const response = await pool.request({
			method: 'POST',
			path: connections.path,
			headers: {
				'content-type': REQUEST_CONTENT_TYPE,
				'content-length': String(posted.encoded.byteLength),
			},
			body: exchange.body() as unknown as Readable, // Any iterable will do; the types are behind the documentation.
			signal: exchange.signal,
		});
		const text = await exchange.read(response.body, maxAnswerBytes(posted.entryCount));
		const {statusCode: status, headers} = response;
		exchange.answered(status);
		return {kind: 'response', status, headers, text, bytesSent: exchange.bytesSent};
	} catch (error) {
		return exchange.failure(error);
	} finally {
		exchange.end();
	}
};

/** One request under way: what has left, and who may end it. */
class Exchange {
	bytesSent = 0;
	readonly #posted: PostedRequest;
	readonly #limits: PostLimits;
	readonly #controller = new AbortController();
	readonly #watch: SilenceWatch;
	readonly #onSignal = (): void => this.#abort('signal');
	readonly #reader: ChunkReader;
	#hadBegun = false;
	#ended: 'timeout' | 'signal' | undefined;

	constructor(posted: PostedRequest, limits: PostLimits) {
		this.#posted = posted;
		this.#limits = limits;
		this.#reader = new ChunkReader(posted.encoded, limits.packs);
		this.#watch = new SilenceWatch(limits.clock, limits.dialTimeoutMs, () => this.#abort('timeout'));
		posted.signal.addEventListener('abort', this.#onSignal, {once: true});
		if (posted.signal.aborted) {
			this.#onSignal();
		}
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Asked for a chunk when the one before it has left; asked for the first when the connection stands. */
	async *body(): AsyncGenerator<Buffer, void> {
		this.#watch.restart(this.#limits.ackTimeoutMs);
		const {chunkSize, clock} = this.#limits;
		const reader = this.#reader;
		for (
			let chunk = reader.next(chunkSize.bytes);
			chunk !== undefined;
			chunk = reader.next(chunkSize.bytes)
		) {
			this.#hadBegun = true;
			const before = clock.elapsed();
			yield chunk;
			this.#watch.alive();
			chunkSize.took(clock.elapsed() - before);
			this.bytesSent += chunk.length;
			this.#posted.wrote(chunk.length);
		}
	}

	async read(body: Readable, maxBytes: number): Promise<string> {
		const pieces: Buffer[] = [];
		let length = 0;
		for await (const piece of body as AsyncIterable<Buffer>) {
			this.#watch.alive();
			length += piece.length;
			if (length > maxBytes) {
				return ''; // Leaving the loop destroys the body, and with it the connection.
			}
			pieces.push(piece);
		}
		return Buffer.concat(pieces).toString('utf8');
	}

	/** Whoever has acknowledged a request has read all of it. */
	answered(status: number): void {
		if (status === 200 && this.bytesSent === this.#posted.encoded.byteLength) {
			this.#reader.release();
			this.#posted.encoded.release?.();
		}
	}

	failure(error: unknown): PostResult {
		return {
			kind: 'failed',
			cause: this.#ended ?? 'error',
			error,
			hadBegun: this.#hadBegun,
			bytesSent: this.bytesSent,
		};
	}

	end(): void {
		this.#watch.stop();
		this.#posted.signal.removeEventListener('abort', this.#onSignal);
	}

	#abort(why: 'timeout' | 'signal'): void {
		this.#ended ??= why;
		this.#controller.abort();
	}
}
