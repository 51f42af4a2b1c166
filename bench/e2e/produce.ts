import {randomBytes} from 'node:crypto';
import {type Dispatcher, Pool} from 'undici';
import {encodeRequest, parseAnswer, REQUEST_CONTENT_TYPE} from '../../src/storage/request-codec.js';
import {JsonRpcConnection} from '../../test/helpers/json-rpc.js';
import {percentile} from '../harness/statistics.js';

/** `binary`: framed requests over ingest. `rpc`: relay.enqueue with base64. `single`: one POST a segment, raw body. */
export type Form = 'binary' | 'rpc' | 'single';

export type Load = {
	readonly form: Form;
	readonly rpcSocket: string;
	readonly ingestSocket: string;
	/** Of each payload. */
	readonly byteLength: number;
	/** Segments in one request or call. */
	readonly batch: number;
	/** Requests or calls outstanding. */
	readonly inFlight: number;
};

export type Produced = {
	/** Answered as durable. */
	readonly segments: number;
	/** From a request's first byte to its answer. */
	readonly p50Ms: number;
	readonly p99Ms: number;
};

/** A producer that keeps `inFlight` requests outstanding. Throws when anything but `accepted` comes back. */
export class Producer {
	readonly #load: Load;
	readonly #post: () => Promise<void>;
	readonly #close: () => Promise<void>;

	static async open(load: Load): Promise<Producer> {
		const payload = payloads(load.byteLength);
		if (load.form === 'rpc') {
			const connections = await Promise.all(
				Array.from({length: RPC_CONNECTIONS}, () => JsonRpcConnection.open(load.rpcSocket)),
			);
			let turn = 0;
			const next = (): JsonRpcConnection => connections[turn++ % RPC_CONNECTIONS] as JsonRpcConnection;
			return new Producer(
				load,
				() => enqueueByRpc(next(), load.batch, payload),
				async () => {
					for (const connection of connections) {
						connection.close();
					}
				},
			);
		}
		const pool = new Pool('http://localhost', {
			socketPath: load.ingestSocket,
			connections: Math.max(load.inFlight, WARM_UP_IN_FLIGHT),
			pipelining: 1,
		});
		const post = load.form === 'binary' ? postRequest : postSegment;
		return new Producer(
			load,
			() => post(pool, load.batch, payload),
			() => pool.close(),
		);
	}

	private constructor(load: Load, post: () => Promise<void>, close: () => Promise<void>) {
		this.#load = load;
		this.#post = post;
		this.#close = close;
	}

	/**
	 * Not measured: many requests, so that V8 has compiled what it will. A daemon runs for months; one that has answered a hundred
	 * requests takes three times as long for each.
	 */
	async warmUp(): Promise<Produced> {
		return this.produce(WARM_UP_MS, Math.max(this.#load.inFlight, WARM_UP_IN_FLIGHT));
	}

	/** Begins requests for `durationMs`, one of each slot at least, and resolves when the last is answered. */
	async produce(durationMs: number, inFlight = this.#load.inFlight): Promise<Produced> {
		const milliseconds: number[] = [];
		const end = performance.now() + durationMs;
		const slot = async (): Promise<void> => {
			do {
				const start = performance.now();
				await this.#post();
				milliseconds.push(performance.now() - start);
			} while (performance.now() < end);
		};
		await Promise.all(Array.from({length: inFlight}, slot));
		return {
			segments: milliseconds.length * this.#load.batch,
			p50Ms: percentile(milliseconds, 0.5),
			p99Ms: percentile(milliseconds, 0.99),
		};
	}

	close(): Promise<void> {
		return this.#close();
	}
}

const RPC_CONNECTIONS = 4;
const WARM_UP_MS = 6000;
const WARM_UP_IN_FLIGHT = 16;
/** Different bytes, so that nothing on the way can profit from their being the same. */
const DISTINCT_PAYLOADS = 64;

const payloads = (byteLength: number): (() => Buffer) => {
	const distinct = Array.from({length: DISTINCT_PAYLOADS}, () => randomBytes(byteLength));
	let turn = 0;
	return () => distinct[turn++ % DISTINCT_PAYLOADS] as Buffer;
};

const postRequest = async (pool: Pool, batch: number, payload: () => Buffer): Promise<void> => {
	// Hashed and framed each time: that is the producer's part of the work.
	const request = encodeRequest(
		Array.from({length: batch}, () => ({
			identity: {kind: 'made' as const},
			payload: payload(),
			classNo: 2 as const,
			hops: 0,
		})),
	);
	const text = await post(
		pool,
		REQUEST_CONTENT_TYPE,
		Buffer.concat([request.head, ...request.payloads]),
		200,
	);
	const answer = parseAnswer(text, batch, request.digest);
	if (answer.kind === 'fault' || answer.rejected.length > 0 || answer.duplicate.length > 0) {
		throw new Error(`The relay did not accept a request whole: ${text.slice(0, 300)}`);
	}
};

const postSegment = async (pool: Pool, _batch: number, payload: () => Buffer): Promise<void> => {
	await post(pool, 'application/octet-stream', payload(), 201);
};

const post = async (pool: Pool, contentType: string, body: Buffer, expected: number): Promise<string> => {
	const options: Dispatcher.RequestOptions = {
		method: 'POST',
		path: '/v1/segments',
		headers: {'content-type': contentType},
		body,
	};
	const response = await pool.request(options);
	const text = await response.body.text();
	if (response.statusCode !== expected) {
		throw new Error(`The relay answered ${response.statusCode}: ${text.slice(0, 300)}`);
	}
	return text;
};

const enqueueByRpc = async (
	connection: JsonRpcConnection,
	batch: number,
	payload: () => Buffer,
): Promise<void> => {
	const segments = Array.from({length: batch}, () => ({payload_base64: payload().toString('base64')}));
	const answer = (await connection.call('relay.enqueue', {segments})) as {
		results: readonly {status: string}[];
	};
	if (answer.results.length !== batch || answer.results.some(({status}) => status !== 'accepted')) {
		throw new Error(`The relay did not accept a call whole: ${JSON.stringify(answer).slice(0, 300)}`);
	}
};
