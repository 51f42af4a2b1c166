import {createHash, type Hash} from 'node:crypto';
import {EdgedError} from '../outbound/errors.js';
import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';

export type Chunk = {
	readonly upload: string;
	readonly sizeBytes: number;
	readonly offset: number;
	readonly bytes: Uint8Array;
};

export type Uploaded = {readonly bytes: Buffer; readonly sha256: string};

type Upload = {
	readonly token: string;
	readonly bytes: Buffer;
	received: number;
	readonly hash: Hash;
	lastPieceAt: MonotonicMs;
};

export const UPLOAD_IDLE_MS = 60_000;
/** Whoever sends a payload sends its pieces one behind the other: after so long without one, another may take its place. */
export const UPLOAD_STALE_MS = 10_000;

/**
 * One payload that comes in pieces, in memory: the only one, so that nobody can make the daemon keep more. Who comes while another is on
 * its way is told to wait.
 */
export class ImportUpload {
	readonly #clock: Pick<Clock, 'after' | 'elapsed'>;
	#current: Upload | undefined;
	/** Why what was last dropped is not here. */
	#dropped: {readonly token: string; readonly why: string} | undefined;
	#cancelIdle: () => void = () => {};

	constructor(clock: Pick<Clock, 'after' | 'elapsed'>) {
		this.#clock = clock;
	}

	/** How much is here now. `BUSY`: another is on its way. `NOT_FOUND` for one that was dropped, `INVALID_STATE` for a piece out of order, `TOO_LARGE`. */
	add(chunk: Chunk, maxBytes: number): number {
		if (chunk.offset === 0) {
			this.#begin(chunk, maxBytes);
		}
		const current = this.#find(chunk.upload);
		const {bytes, received} = current;
		if (chunk.offset !== received || chunk.sizeBytes !== bytes.length) {
			throw new EdgedError(
				'INVALID_STATE',
				`Upload ${chunk.upload} is at offset ${received} of ${bytes.length} bytes; the piece says ${chunk.offset} of ${chunk.sizeBytes}`,
			);
		}
		if (received + chunk.bytes.length > bytes.length) {
			this.#drop('more came than its size_bytes');
			throw new EdgedError('TOO_LARGE', `Upload ${chunk.upload} has more than its ${bytes.length} bytes`);
		}
		bytes.set(chunk.bytes, received);
		current.hash.update(chunk.bytes);
		current.received += chunk.bytes.length;
		current.lastPieceAt = this.#clock.elapsed();
		this.#waitForMore();
		return current.received;
	}

	/** The whole payload, which is not kept any longer. `INVALID_STATE` while pieces are missing. */
	take(token: string): Uploaded {
		const {bytes, received, hash} = this.#find(token);
		if (received < bytes.length) {
			throw new EdgedError(
				'INVALID_STATE',
				`Upload ${token} is not whole: ${received} of ${bytes.length} bytes have come`,
			);
		}
		this.#drop('an import has taken it');
		return {bytes, sha256: hash.digest('hex')};
	}

	#begin({upload: token, sizeBytes}: Chunk, maxBytes: number): void {
		if (sizeBytes > maxBytes) {
			throw new EdgedError(
				'TOO_LARGE',
				`the payload has ${sizeBytes} bytes, storage.max_segment_bytes is ${maxBytes}`,
			);
		}
		this.#requirePlace(token);
		this.#drop(`another one, ${token}, was begun`);
		this.#current = {
			token,
			bytes: Buffer.alloc(sizeBytes),
			received: 0,
			hash: createHash('sha256'),
			lastPieceAt: this.#clock.elapsed(),
		};
	}

	#requirePlace(token: string): void {
		const other = this.#current;
		if (
			other !== undefined &&
			other.token !== token &&
			this.#clock.elapsed() - other.lastPieceAt < UPLOAD_STALE_MS
		) {
			throw new EdgedError(
				'BUSY',
				`another import brings in a payload just now (${other.received} of ${other.bytes.length} bytes are here): try again in a moment`,
			);
		}
	}

	#find(token: string): Upload {
		if (this.#current?.token !== token) {
			const why = this.#dropped?.token === token ? this.#dropped.why : 'it was never begun, or long ago';
			throw new EdgedError('NOT_FOUND', `Upload ${token} is not here: ${why}. Begin it again at offset 0`);
		}
		return this.#current;
	}

	#waitForMore(): void {
		this.#cancelIdle();
		this.#cancelIdle = this.#clock.after(UPLOAD_IDLE_MS, () => {
			this.#drop(`nothing came for ${UPLOAD_IDLE_MS / 1000} s`);
		});
	}

	#drop(why: string): void {
		this.#cancelIdle();
		if (this.#current !== undefined) {
			this.#dropped = {token: this.#current.token, why};
			this.#current = undefined;
		}
	}
}
