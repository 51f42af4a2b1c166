import {setImmediate as nextTurn} from 'node:timers/promises';
import {withoutPem} from '../redact/pem-blocks.js';
import {redactLine} from '../redact/redact-text.js';
import {redactValue} from '../redact/redact-value.js';

export const MAX_LOG_BYTES = 10 * 1024 * 1024;
const LONGEST_LINE = 8 * 1024;
const LINES_A_TURN = 500;

export type LogTail = {readonly text: string; readonly notes: readonly string[]};

/**
 * The end of a log, redacted: PEM blocks over line ends first, then line by line, those of JSON by their fields. `isCut` says that
 * bytes before it were left out. Throws when it is no text.
 */
export const redactLog = async (bytes: Buffer, isCut: boolean, signal: AbortSignal): Promise<LogTail> => {
	if (looksBinary(bytes)) {
		throw new Error('it is no text (binary or compressed): unpack it first, or name another file');
	}
	const notes = isCut ? [`only the last ${Math.round(bytes.length / 1024 / 1024)} MiB are here`] : [];
	const lines = withoutPem(bytes.toString('utf8')).split('\n');
	if (isCut) {
		lines.shift(); // The rest of a line, of which nobody knows what it was.
	}
	const long = lines.filter(line => line.length > LONGEST_LINE).length;
	const kept: string[] = [];
	for (const block of blocksOf(lines)) {
		await nextTurn();
		signal.throwIfAborted();
		kept.push(block.kind === 'json' ? block.lines.map(redactJson).join('\n') : redactPlain(block.lines));
	}
	return {
		text: kept.join('\n'),
		notes: long === 0 ? notes : [...notes, `${long} lines were cut at ${LONGEST_LINE} characters`],
	};
};

type Block = {readonly kind: 'json' | 'plain'; readonly lines: string[]};

/** Lines of one kind that follow each other: a secret may go over the end of a plain one. */
function* blocksOf(lines: readonly string[]): Generator<Block> {
	let block: Block | undefined;
	for (const line of lines) {
		const kind = line.length <= LONGEST_LINE && line.startsWith('{"') ? 'json' : 'plain';
		if (block === undefined || block.kind !== kind || block.lines.length >= LINES_A_TURN) {
			if (block !== undefined) {
				yield block;
			}
			block = {kind, lines: []};
		}
		block.lines.push(line);
	}
	if (block !== undefined) {
		yield block;
	}
}

const redactJson = (line: string): string => {
	const object = parsed(line);
	return object === undefined ? redactLine(line) : JSON.stringify(redactValue(object));
};

/** Redacted with some of what stands behind the cut: half a token is not to be told from a word. */
const redactPlain = (lines: readonly string[]): string =>
	redactLine(lines.map(line => line.slice(0, LONGEST_LINE * 2)).join('\n'))
		.split('\n')
		.map(line => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...[cut]` : line))
		.join('\n');

const parsed = (line: string): unknown => {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
};

const SAMPLE = 8 * 1024;

/** Text has no NUL, and what cannot be decoded is rare in it. */
const looksBinary = (bytes: Buffer): boolean => {
	const sample = bytes.subarray(0, SAMPLE);
	if (sample.includes(0)) {
		return true;
	}
	const broken = sample.toString('utf8').match(/\ufffd/g)?.length ?? 0;
	return broken > sample.length / 20 + 4;
};
