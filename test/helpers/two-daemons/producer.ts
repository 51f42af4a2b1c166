import {setTimeout as wait} from 'node:timers/promises';
import {type Dispatcher, Pool} from 'undici';
import {parseSegmentId} from '../../../src/outbound/names.js';
import {classOf} from '../../../src/outbound/priorities.js';
import type {Result} from '../../../src/rpc/contract/methods.js';
import {
	encodeRequest,
	identityOf,
	parseAnswer,
	REQUEST_CONTENT_TYPE,
	type RequestEntry,
} from '../../../src/storage/request-codec.js';
import {askSocket, JsonRpcFailure} from '../json-rpc.js';
import {type Handover, type LoadSegment, payloadOf} from './handovers.js';

/** What the producer knows of a segment that was answered as durable. */
export type Acknowledged = {
	readonly segment: LoadSegment;
	readonly id: string;
	/** How often it may have arrived; with a made id each time may have left a copy of its own. */
	readonly tries: number;
};

export type ProducerOptions = {
	readonly rpcSocket: string;
	readonly ingestSocket: string;
	/** Taken one by one, as soon as the one before was answered. */
	readonly handovers: Iterable<Handover> | AsyncIterable<Handover>;
	/** Handed over at a time. */
	readonly inFlight: number;
};

/** Hands over everything, and writes an id down only when it was answered; what was not answered it sends again. */
export class Producer {
	/** By number. */
	readonly acknowledged = new Map<number, Acknowledged>();
	/** Handovers that were under way and got no answer. */
	unanswered = 0;
	readonly #tellAnswer: Array<() => void> = [];
	#isDone = false;
	readonly #options: ProducerOptions;
	readonly #pool: Pool;

	constructor(options: ProducerOptions) {
		this.#options = options;
		this.#pool = new Pool('http://localhost', {
			socketPath: options.ingestSocket,
			connections: options.inFlight,
		});
	}

	/** Resolves when all is answered; rejects when the daemon refuses something. */
	async run(): Promise<void> {
		const left = eachOnce(this.#options.handovers);
		const worker = async (): Promise<void> => {
			for await (const handover of left) {
				await this.#handOver(handover);
			}
		};
		try {
			await Promise.all(Array.from({length: this.#options.inFlight}, worker));
		} finally {
			this.#isDone = true;
			this.#announceAnswer();
			await this.#pool.destroy();
		}
	}

	/** Resolves in the turn in which the next answer arrives, or when no more will come. */
	async nextAnswer(): Promise<void> {
		if (!this.#isDone) {
			await new Promise<void>(resolve => this.#tellAnswer.push(resolve));
		}
	}

	#announceAnswer(): void {
		for (const tell of this.#tellAnswer.splice(0)) {
			tell();
		}
	}

	async #handOver({door, segments}: Handover): Promise<void> {
		for (let tries = 1; ; ) {
			try {
				const ids = await this.#send[door](segments);
				for (const [index, segment] of segments.entries()) {
					this.acknowledged.set(segment.number, {segment, id: ids[index] ?? '', tries});
				}
				this.#announceAnswer();
				return;
			} catch (error) {
				if (isFinal(error)) {
					throw error;
				}
				if (mayHaveArrived(error)) {
					tries += 1;
					this.unanswered += 1;
				}
				await wait(AGAIN_MS);
			}
		}
	}

	readonly #send = {
		post: async ([segment]: readonly LoadSegment[]): Promise<string[]> => {
			const {status, text} = await this.#post(
				headersOf(segment as LoadSegment),
				payloadOf(segment as LoadSegment),
			);
			refuseUnless(status === 201 || status === 200, status, text);
			const {segment_id: id, durability} = JSON.parse(text) as {segment_id: string; durability: string};
			refuseUnless(durability === 'durable', status, text);
			return [id];
		},
		request: async (segments: readonly LoadSegment[]): Promise<string[]> => {
			const {head, payloads, digest} = encodeRequest(segments.map(entryOf));
			const body = Buffer.concat([head, ...payloads]);
			const {status, text} = await this.#post({'content-type': REQUEST_CONTENT_TYPE}, body);
			refuseUnless(status === 200, status, text);
			const answer = parseAnswer(text, segments.length, digest);
			refuseUnless(answer.kind !== 'fault' && answer.rejected.length === 0, status, text);
			return segments.map(({id}) => id ?? '');
		},
		rpc: async (segments: readonly LoadSegment[]): Promise<string[]> => {
			const params = {segments: segments.map(rpcSegmentOf)};
			const answer = (await askSocket(
				this.#options.rpcSocket,
				'relay.enqueue',
				params,
			)) as Result<'relay.enqueue'>;
			return answer.results.map(result => result.segment_id);
		},
	};

	async #post(
		headers: Dispatcher.RequestOptions['headers'],
		body: Buffer,
	): Promise<{status: number; text: string}> {
		const response = await this.#pool.request({
			method: 'POST',
			path: '/v1/segments',
			headers: headers ?? {},
			body,
		});
		return {status: response.statusCode, text: await response.body.text()};
	}
}

/** An iterator that several loops share. */
async function* eachOnce<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
	yield* items;
}

/** A dead daemon is asked again so soon that it is met while it starts. */
const AGAIN_MS = 10;

/** The daemon answered, and did not take it. */
class Refused extends Error {
	override readonly name = 'Refused';
	readonly isStarting: boolean;

	constructor(status: number, text: string) {
		super(`The daemon answered ${status}: ${text.slice(0, 500)}`);
		this.isStarting = text.includes(STARTING);
	}
}

const STARTING = 'edged is starting';

/** A daemon that is not there or not yet ready is asked again; one that says no is a fault. */
const isFinal = (error: unknown): boolean =>
	(error instanceof Refused && !error.isStarting) ||
	(error instanceof JsonRpcFailure && error.message !== STARTING);

/** Nobody listened, or the daemon said that it is not ready: nothing can have been stored. */
const mayHaveArrived = (error: unknown): boolean => {
	const {code} = error as {code?: unknown};
	const isAnswered = error instanceof Refused || error instanceof JsonRpcFailure;
	return !isAnswered && code !== 'ECONNREFUSED' && code !== 'ENOENT';
};

const refuseUnless = (isTaken: boolean, status: number, text: string): void => {
	if (!isTaken) {
		throw new Refused(status, text);
	}
};

const headersOf = ({id, priority, labels}: LoadSegment): Record<string, string> => ({
	'content-type': 'application/octet-stream',
	'edged-priority': priority,
	...(id !== undefined && {'edged-segment-id': id}),
	...Object.fromEntries(
		// Header bytes are Latin-1 to HTTP clients and UTF-8 to edged.
		Object.entries(labels).map(([name, value]) => [
			`edged-label-${name}`,
			Buffer.from(value, 'utf8').toString('latin1'),
		]),
	),
});

const entryOf = (segment: LoadSegment): RequestEntry => ({
	identity: identityOf(parseSegmentId(segment.id ?? '')) ?? {kind: 'made'},
	payload: payloadOf(segment),
	labels: segment.labels,
	classNo: classOf(segment.priority),
	hops: 0,
});

const rpcSegmentOf = (segment: LoadSegment): object => ({
	...(segment.id !== undefined && {segment_id: segment.id}),
	payload_base64: payloadOf(segment).toString('base64'),
	priority: segment.priority,
	labels: segment.labels,
});
