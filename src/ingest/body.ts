import type {IncomingMessage, ServerResponse} from 'node:http';
import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';
import type {BodyBuffers} from './body-buffers.js';
import type {BufferBudget, BufferShare} from './buffer-budget.js';
import {HttpRefusal} from './reply.js';

export type BodyLimits = {
	/** More is `TOO_LARGE`. */
	readonly maxBytes: number;
	/** A sender that is silent for so long is given up; a slow one is not. */
	readonly idleMs: number;
	readonly budget: BufferBudget;
	readonly buffers: BodyBuffers;
	readonly clock: Clock;
	/** Told of every piece. */
	received(bytes: number): void;
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
	const share = limits.budget.open();
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

/** What a lease of the usual size needs, its head included. */
const FIRST_BUFFER_BYTES = 2_097_152;
const EMPTY = Buffer.alloc(0);

class BodyReader {
	readonly #request: IncomingMessage;
	readonly #share: BufferShare;
	readonly #limits: BodyLimits;
	readonly #announced: number | undefined;
	#buffer: Buffer;
	#length = 0;
	#lastHeardMs: number;
	#waits = false;

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
			announced === 0 ? EMPTY : limits.buffers.take(Math.min(announced ?? 65_536, FIRST_BUFFER_BYTES));
		this.#lastHeardMs = limits.clock.elapsed();
	}

	read(): Promise<Buffer> {
		const request = this.#request;
		return new Promise<Buffer>((resolve, reject) => {
			const stopWatching = this.#watchIdle(reject);
			request.on('data', (piece: Buffer) => {
				try {
					this.#add(piece);
				} catch (error) {
					request.removeAllListeners('data');
					reject(error);
				}
			});
			request.once('end', () => resolve(this.#buffer.subarray(0, this.#length)));
			request.once('error', () => reject(new BodyAborted()));
			request.once('close', () => {
				stopWatching();
				if (!request.readableEnded) {
					reject(new BodyAborted());
				}
			});
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
		received(piece.length);
		if (length > maxBytes) {
			throw tooLarge(maxBytes);
		}
		this.#lastHeardMs = clock.elapsed();
		this.#makeRoom(length);
		piece.copy(this.#buffer, this.#length);
		this.#length = length;
		if (!this.#share.take(piece.length)) {
			waiting();
			this.#waits = true;
			this.#request.pause();
			this.#share.whenRoom(() => {
				this.#waits = false;
				this.#lastHeardMs = clock.elapsed();
				this.#request.resume();
			});
		}
	}

	/** Doubles: pages that were not written to yet cost no memory, so what is resident is never more than what arrived. */
	#makeRoom(length: number): void {
		if (length <= this.#buffer.length) {
			return;
		}
		const most = this.#announced ?? this.#limits.maxBytes;
		const larger = Buffer.allocUnsafe(Math.max(length, Math.min(most, this.#buffer.length * 2)));
		this.#buffer.copy(larger, 0, 0, this.#length);
		this.#buffer = larger;
	}

	/** Rejects when nothing came for too long although it would have been read. One timer for the whole body. */
	#watchIdle(reject: (error: Error) => void): () => void {
		const {clock, idleMs} = this.#limits;
		let cancel = (): void => {};
		const look = (): void => {
			const silentMs = this.#waits ? 0 : clock.elapsed() - this.#lastHeardMs;
			if (silentMs >= idleMs) {
				reject(new HttpRefusal(408, 'TIMEOUT', `Nothing came for ${idleMs / 1000} s`));
			} else {
				cancel = clock.after(idleMs - silentMs, look);
			}
		};
		look();
		return () => cancel();
	}
}
