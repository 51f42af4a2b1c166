import type {Readable} from 'node:stream';
import type {Exchanged, ExchangeLimits, Question} from './exchange.js';
import {type Failure, failureOf} from './exchange-failure.js';
import type {ConnectionUse} from './peer-connection.js';
import {SilenceWatch} from './silence-watch.js';

/** An answer that comes more slowly than this, beyond the time for silence, is one that never ends. */
const SLOWEST_ANSWER_BYTES_PER_MS = 0.5;

/**
 * undici gives up a connection when the answer comes while it still waits for the last chunk to drain. So little always fits the
 * socket's buffer at once: the last chunk is no larger, and so the body has ended before anyone can answer it.
 */
const LAST_CHUNK_BYTES = 4096;

/** Of what was allowed before the connection stood; without a limit that is everything, and one may be set meanwhile. */
const MOST_AHEAD_BYTES = 262_144;

/** One try at an exchange: what has left, what has come, and who may end it. */
export class Attempt {
	readonly #question: Question;
	readonly #limits: ExchangeLimits;
	readonly #controller = new AbortController();
	readonly #watch: SilenceWatch;
	readonly #onSignal = (): void => this.#abort('signal');
	/** Ends the wait for the rate with the attempt. */
	readonly #over = new AbortController();
	#use: ConnectionUse | undefined;
	#bytesSent = 0;
	/** Allowed by the rate and not written yet. */
	#paced: number;
	#isWritten = false;
	#stands = false;
	#hadBegun = false;
	#handedOver = 0;
	#ended: 'timeout' | 'slow_answer' | 'signal' | undefined;

	constructor(question: Question, limits: ExchangeLimits) {
		this.#question = question;
		this.#limits = limits;
		this.#paced = Math.min(question.paced, question.headBytes + MOST_AHEAD_BYTES);
		this.#watch = new SilenceWatch(limits.clock, limits.dialTimeoutMs, () => this.#abort('timeout'));
		const {signal} = question.context;
		signal.addEventListener('abort', this.#onSignal, {once: true});
		if (signal.aborted) {
			this.#onSignal();
		}
	}

	/** Called when the connection stands: from now on the time for silence holds. */
	stands(): void {
		this.#stands = true;
		this.#count();
		this.#watch.restart(this.#limits.ackTimeoutMs);
	}

	async run(use: ConnectionUse): Promise<Exchanged> {
		const {method, path, headers, body, bodyBytes} = this.#question;
		this.#use = use;
		try {
			const response = await use.request({
				method,
				path,
				headers,
				// Any iterable will do; the types are behind the documentation.
				...(body !== undefined && {body: this.#body(body()) as unknown as Readable}),
				signal: this.#controller.signal,
			});
			const isAfterBody = this.#handedOver === bodyBytes;
			const {text, end} = await this.#read(response.body);
			const {statusCode: status, headers: answered} = response;
			const bytesSent = this.#countAll();
			const isWritten = this.#isWritten;
			return {kind: 'answer', status, headers: answered, text, end, isAfterBody, isWritten, bytesSent};
		} catch (error) {
			return {kind: 'failed', ...this.#failure(error), bytesSent: this.#countAll()};
		} finally {
			this.#watch.stop();
			this.#over.abort();
			this.#question.context.signal.removeEventListener('abort', this.#onSignal);
		}
	}

	/** Asked for a chunk when the one before it has left; asked for the first when the connection stands. */
	async *#body(body: ReturnType<NonNullable<Question['body']>>): AsyncGenerator<Buffer, void> {
		this.#hadBegun = true;
		const {chunkSize, clock} = this.#limits;
		let head = this.#question.headBytes;
		let allowed = this.#paced;
		for (let wanted = this.#nextBytes(); wanted > 0; wanted = this.#nextBytes()) {
			while (allowed <= head) {
				const more = this.#question.context.pace(head + wanted - allowed, this.#over.signal);
				const granted = typeof more === 'number' ? more : await this.#turn(more);
				this.#paced += granted;
				allowed += granted;
			}
			const chunk = body.next(Math.min(wanted, allowed - head));
			if (chunk === undefined) {
				break;
			}
			const before = clock.elapsed();
			this.#handedOver += chunk.length;
			yield chunk;
			this.#watch.alive();
			if (chunk.length >= chunkSize.bytes) {
				chunkSize.took(clock.elapsed() - before);
			}
			this.#count();
			if (this.#controller.signal.aborted) {
				return; // Nobody counts any more.
			}
			allowed -= head + chunk.length;
			head = 0;
		}
		this.#isWritten = true;
	}

	/** Our own wait is no silence of the peer. */
	async #turn(granted: Promise<number>): Promise<number> {
		this.#watch.hold();
		try {
			return await granted;
		} finally {
			this.#watch.alive();
		}
	}

	#nextBytes(): number {
		const left = this.#question.bodyBytes - this.#handedOver;
		return left <= 2 * LAST_CHUNK_BYTES
			? left
			: Math.min(this.#limits.chunkSize.bytes, left - LAST_CHUNK_BYTES);
	}

	/** Tells what the socket has taken since the last look. */
	#count(): void {
		const bytes = this.#use?.newlyWritten() ?? 0;
		if (bytes > 0) {
			this.#bytesSent += bytes;
			const paced = Math.min(bytes, this.#paced);
			this.#paced -= paced;
			this.#question.context.wrote(bytes, paced);
		}
	}

	/** And gives back what was allowed and not used. */
	#countAll(): number {
		this.#count();
		if (this.#paced > 0) {
			this.#question.context.wrote(0, this.#paced);
			this.#paced = 0;
		}
		return this.#bytesSent;
	}

	async #read(body: Readable): Promise<{text: string; end: 'whole' | 'too_long' | Failure}> {
		const pieces: Buffer[] = [];
		const textSoFar = (): string => Buffer.concat(pieces).toString('utf8');
		const begunAt = this.#limits.clock.elapsed();
		let length = 0;
		try {
			for await (const piece of body as AsyncIterable<Buffer>) {
				this.#watch.alive();
				length += piece.length;
				if (length > this.#question.maxAnswerBytes) {
					return {text: textSoFar(), end: 'too_long'}; // Leaving the loop destroys the body, and with it the connection.
				}
				pieces.push(piece);
				this.#mindThePace(begunAt, length);
			}
			return {text: textSoFar(), end: 'whole'};
		} catch (error) {
			return {text: textSoFar(), end: this.#failure(error)};
		}
	}

	/** Each byte that drips in is a sign of life; all of them together must come to an end. */
	#mindThePace(begunAt: number, length: number): void {
		const {clock, ackTimeoutMs} = this.#limits;
		if (clock.elapsed() - begunAt > ackTimeoutMs + length / SLOWEST_ANSWER_BYTES_PER_MS) {
			this.#abort('slow_answer');
		}
	}

	#failure(error: unknown): Failure {
		const hadBegun = this.#hadBegun;
		switch (this.#ended) {
			case 'signal':
				return {cause: 'signal', message: 'The send was ended', hadBegun, isTlsTrouble: false};
			case 'slow_answer':
				return {
					cause: 'timeout',
					message: "The peer's answer came too slowly",
					hadBegun,
					isTlsTrouble: false,
				};
			case 'timeout':
				return {
					cause: 'timeout',
					message: this.#stands ? 'The peer was silent for too long' : 'No connection was made in time',
					hadBegun,
					isTlsTrouble: false,
				};
			case undefined:
				return {...failureOf(error), hadBegun};
		}
	}

	#abort(why: 'timeout' | 'slow_answer' | 'signal'): void {
		this.#ended ??= why;
		this.#over.abort();
		this.#controller.abort();
	}
}
