import {createReadStream} from 'node:fs';

export type FileLine = {
	/** 1 for the first. */
	readonly number: number;
	/** Where it begins in the file. */
	readonly at: number;
	/** Without its end; `undefined` for one that is longer than is read. */
	readonly bytes: Buffer | undefined;
};

export const MOST_LINE_BYTES = 16 * 2 ** 20;

/** The lines of a file with their places. An empty one is passed over. Rejects when the file cannot be read. */
export async function* fileLines(file: string, signal: AbortSignal): AsyncGenerator<FileLine> {
	let number = 0;
	let at = 0;
	let pieces: Buffer[] = [];
	let length = 0;
	const take = (piece: Buffer): void => {
		length += piece.length;
		if (length <= MOST_LINE_BYTES) {
			pieces.push(piece);
		} else {
			pieces = [];
		}
	};
	const line = (): FileLine => ({
		number: ++number,
		at,
		bytes: length > MOST_LINE_BYTES ? undefined : Buffer.concat(pieces),
	});
	for await (const chunk of createReadStream(file, {signal}) as AsyncIterable<Buffer>) {
		let from = 0;
		for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
			take(chunk.subarray(from, end));
			const whole = line();
			if (length > 0) {
				yield whole;
			}
			at += length + 1;
			pieces = [];
			length = 0;
			from = end + 1;
		}
		take(chunk.subarray(from));
	}
	if (length > 0) {
		yield line();
	}
}
