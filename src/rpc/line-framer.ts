const LINE_END = 0x0a;

/** Cuts a stream of bytes into lines, however the bytes come in pieces. Empty lines are skipped. */
export class LineFramer {
	readonly #maxLineBytes: number;
	/** Received and not looked through for line ends yet. */
	#rest: Buffer = EMPTY;
	/** The begun line, in the pieces it came in: joined once, so that a long line costs no more than its length. */
	#pieces: Buffer[] = [];
	#begunBytes = 0;

	/** `maxLineBytes` counts without the line end. */
	constructor(maxLineBytes: number) {
		this.#maxLineBytes = maxLineBytes;
	}

	push(bytes: Buffer): void {
		this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
	}

	/** The next whole line, `undefined` when more bytes are needed, `too_long` when no more of them could help. */
	next(): Buffer | 'too_long' | undefined {
		for (;;) {
			const end = this.#rest.indexOf(LINE_END);
			const piece = end < 0 ? this.#rest : this.#rest.subarray(0, end);
			if (this.#begunBytes + piece.length > this.#maxLineBytes) {
				return 'too_long';
			}
			this.#rest = end < 0 ? EMPTY : this.#rest.subarray(end + 1);
			this.#begin(piece);
			if (end < 0) {
				return undefined;
			}
			const line = this.#take();
			if (line.length > 0) {
				return line;
			}
		}
	}

	/** Bytes of a line have come, its end has not. Meaningful once `next` has said `undefined`. */
	get unfinished(): boolean {
		return this.#begunBytes > 0;
	}

	/** The last line of a stream that ended without a line end; `undefined` when there is none. */
	last(): Buffer | undefined {
		return this.unfinished ? this.#take() : undefined;
	}

	#begin(piece: Buffer): void {
		if (piece.length > 0) {
			this.#pieces.push(piece);
			this.#begunBytes += piece.length;
		}
	}

	#take(): Buffer {
		const [only] = this.#pieces;
		const line =
			only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces, this.#begunBytes);
		this.#pieces = [];
		this.#begunBytes = 0;
		return line;
	}
}

const EMPTY = Buffer.alloc(0);
