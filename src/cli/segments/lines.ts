import type {Readable} from 'node:stream';

/** What edged takes at most in one segment, whatever its configuration. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The bytes between newlines, untouched; an empty line is an empty segment, a last line needs no newline. */
export async function* splitLines(stream: Readable): AsyncGenerator<Buffer> {
	let begun: Buffer[] = [];
	let begunBytes = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		let start = 0;
		for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
			yield Buffer.concat([...begun, chunk.subarray(start, end)]);
			begun = [];
			begunBytes = 0;
			start = end + 1;
		}
		if (start < chunk.length) {
			begun.push(chunk.subarray(start));
			begunBytes += chunk.length - start;
		}
		if (begunBytes > LONGEST_LINE_BYTES) {
			throw new Error('a line is longer than 64 MiB, the most that a segment can hold');
		}
	}
	if (begunBytes > 0) {
		yield Buffer.concat(begun);
	}
}
