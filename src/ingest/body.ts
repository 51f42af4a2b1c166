import type {IncomingMessage, ServerResponse} from 'node:http';
import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';
import {type BodyBuffers, MOST_KEPT_BYTES} from './body-buffers.js';
import {BodyWatch} from './body-watch.js';
import type {BufferBudget, BufferShare, SenderKey} from './buffer-budget.js';
import {HttpRefusal} from './reply.js';

export type BodyLimits = {
	/** More is `TOO_LARGE`. */
	readonly maxBytes: number;
	/** Whose share of the budget it takes. */
	readonly sender: SenderKey;
	readonly budget: BufferBudget;
	readonly buffers: BodyBuffers;
	readonly clock: Clock;
	/** Others are kept out, or waiting, while this body is received. */
	isCrowded(): boolean;
	/** Told of every piece; says for how many ms no more is to be read. */
	received(bytes: number): number;
	/** Told when reading waits for the budget. */
	waiting(): void;
};

/** A body that was received whole. `release` gives its bytes back, to be written over: call it when they are no longer used. */
export type Body = {readonly bytes: Buffer; release(): void};

/** The sender went away before its body had ended: there is nobody to answer. */
export class BodyAborted extends Error {}

/**
 * Reads a body into one buffer, which grows with what arrives and never on the word of a header. Refuses what is encoded or too
 * large, if the headers say so before a byte is read (an `Expect: 100-continue` is answered only then).
 */
export const readBody = async (
	request: IncomingMessage,
	response: ServerResponse,
	limits: BodyLimits,
): Promise<Body> => {
	const announced = checkHeaders(request, limits.maxBytes);
	if (request.headers.expect !== undefined) {
		response.writeContinue();
	}
	const share = limits.budget.open(limits.sender);
	try {
		const reader = new BodyReader(request, share, limits, announced);
		const bytes = await reader.read();
		share.received();
		return {
			bytes,
			release: () => {
				share.release();
				reader.release();
			},
		};
	} catch (error) {
		share.release();
		throw error;
	}
};

/** The announced length, if there is one. */
const checkHeaders = ({headers}: IncomingMessage, maxBytes: number): number | undefined => {
	const encoding = headers['content-encoding'];
	if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
		throw new HttpRefusal(
			415,
			'UNSUPPORTED_ENCODING',
			`Content-Encoding ${encoding} is not understood: send the bytes as they are`,
			{
				'accept-encoding': 'identity',
			},
		);
	}
	const transfer = headers['transfer-encoding'];
	if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') {
		throw new HttpRefusal(501, 'UNSUPPORTED_ENCODING', `Transfer-Encoding ${transfer} is not understood`);
	}
	const length = headers['content-length'];
	if (length === undefined) {
		return undefined;
	}
	if (Number(length) > maxBytes) {
		throw tooLarge(maxBytes);
	}
	return Number(length);
};

const tooLarge = (maxBytes: number): EdgedError =>
	new EdgedError('TOO_LARGE', `The body is larger than ${maxBytes} bytes`, {max_bytes: maxBytes});

/** Whoever announces more has to send this much first. */
const FIRST_BUFFER_BYTES = 65_536;
const EMPTY = Buffer.alloc(0);

class BodyReader {
	readonly #request: IncomingMessage;
	readonly #share: BufferShare;
	readonly #limits: BodyLimits;
	readonly #announced: number | undefined;
	#buffer: Buffer;
	#length = 0;
	#ended = false;
	/** Reasons for which nothing is read just now. */
	#holds = 0;
	#cancelPause = (): void => {};

	constructor(
		request: IncomingMessage,
		share: BufferShare,
		limits: BodyLimits,
		announced: number | undefined,
	) {
		this.#request = request;
		this.#share = share;
		this.#limits = limits;
		this.#announced = announced;
		this.#buffer =
			announced === 0
				? EMPTY
				: limits.buffers.take(Math.min(announced ?? FIRST_BUFFER_BYTES, FIRST_BUFFER_BYTES));
	}

	read(): Promise<Buffer> {
		const request = this.#request;
		return new Promise<Buffer>((resolve, reject) => {
			const add = (piece: Buffer): void => {
				try {
					watch.heard(piece.length);
					this.#add(piece);
				} catch (error) {
					fail(error as Error);
				}
			};
			// Of a body that was refused more may come: it is nobody's, and takes nothing of the budget.
			const settle = (): void => {
				request.off('data', add);
				this.#ended = true;
				this.#cancelPause();
				watch.stop();
			};
			const fail = (error: Error): void => {
				settle();
				reject(error);
			};
			const watch = new BodyWatch(this.#limits, () => this.#holds > 0, fail);
			request.on('data', add);
			request.once('end', () => {
				settle();
				resolve(this.#buffer.subarray(0, this.#length));
			});
			request.once('error', () => fail(new BodyAborted()));
			request.once('close', () => fail(new BodyAborted())); // After `end` it says nothing any more.
		});
	}

	/** Call it only after the body has ended: of one that broke off, more may yet be written into the buffer. Idempotent. */
	release(): void {
		this.#limits.buffers.give(this.#buffer);
		this.#buffer = EMPTY;
	}

	#add(piece: Buffer): void {
		const {maxBytes, clock, received, waiting} = this.#limits;
		const length = this.#length + piece.length;
		const pauseMs = received(piece.length);
		if (length > maxBytes) {
			throw tooLarge(maxBytes);
		}
		this.#makeRoom(length);
		piece.copy(this.#buffer, this.#length);
		this.#length = length;
		if (!this.#share.take(piece.length)) {
			waiting();
			this.#hold(go => this.#share.whenRoom(go));
		}
		if (pauseMs > 0) {
			this.#hold(go => {
				this.#cancelPause = clock.after(pauseMs, go);
			});
		}
	}

	#hold(until: (go: () => void) => void): void {
		this.#holds++;
		this.#request.pause();
		until(() => {
			this.#holds--;
			if (this.#holds === 0 && !this.#ended) {
				this.#request.resume();
			}
		});
	}

	/** Doubles: pages that were not written to yet cost no memory, so what is resident is never more than what arrived. */
	#makeRoom(length: number): void {
		const former = this.#buffer;
		if (length <= former.length) {
			return;
		}
		const most = this.#announced ?? this.#limits.maxBytes;
		// The second is of the size that a lease of the usual size needs, and that is kept for reuse.
		const wanted = Math.max(length, Math.min(most, Math.max(former.length * 2, MOST_KEPT_BYTES)));
		this.#buffer = this.#limits.buffers.take(wanted);
		former.copy(this.#buffer, 0, 0, this.#length);
		this.#limits.buffers.give(former);
	}
}
