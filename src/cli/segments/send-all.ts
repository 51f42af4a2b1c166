import {DaemonUnreachable} from '../../rpc/client-errors.js';
import type {CommandContext} from '../context.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {type Failure, toFailure} from '../failure.js';
import {counted, grouped, humanBytes} from '../text/numbers.js';
import type {IngestDoor, Metadata, SegmentAnswer} from './ingest-door.js';
import {type Inputs, itemsOf} from './items.js';
import {pump, type Sendable} from './pump.js';

const LOOK_EVERY_MS = 200;

/** Sends every input, prints a line for each segment, complains of each that failed; resolves with what the shell gets. */
export const sendAll = async (
	context: CommandContext,
	inputs: Inputs,
	metadataOf: (origin: string) => Metadata,
): Promise<ExitCode | undefined> => {
	const {output, signal} = context;
	const door = await context.openIngest();
	const tally = new Tally(inputs);
	const items = itemsOf(inputs);
	const stoppedBy = await pump(items, {
		signal,
		send: item => sendWatched(context, door, item, metadataOf(item.origin), tally),
		accepted(item, answer) {
			tally.accepted++;
			output.item({...answer, file: item.origin}, itemText(item.origin, answer));
			output.progress(tally.progress());
		},
		failed(item, error) {
			tally.failed++;
			const {message, code, problem, advice} = toFailure(error) ?? unreadable(error);
			const file = item.origin;
			output.complain(`${file}: ${message}`, {code, message: problem, advice, file});
		},
	});
	const single = inputs.unit === 'input' && inputs.names.length === 1; // Its own line says it all.
	if (stoppedBy !== undefined && !single) {
		output.complain(`stopped: ${counted(tally.accepted, 'segment')} accepted, the rest was not tried`);
	} else if (tally.failed > 0 && !single) {
		output.complain(`${counted(tally.accepted, 'segment')} accepted, ${grouped(tally.failed)} failed`);
	}
	return exitCodeOf(stoppedBy, tally);
};

const exitCodeOf = (stoppedBy: unknown, {failed}: Tally): ExitCode | undefined => {
	if (stoppedBy instanceof DaemonUnreachable) {
		return EXIT.unreachable;
	}
	return failed > 0 ? EXIT.refused : undefined;
};

class Tally {
	accepted = 0;
	failed = 0;
	readonly #total: number | undefined;

	constructor({names, unit}: Inputs) {
		this.#total = unit === 'input' ? names.length : undefined;
	}

	progress() {
		const done = this.accepted + this.failed;
		const text =
			this.#total === undefined
				? `${counted(done, 'segment')} handed over`
				: `${grouped(done)} of ${counted(this.#total, 'input')}`;
		return {done, total: this.#total, text};
	}
}

/** Shows how far a file has come that is sent as a stream. */
const sendWatched = async (
	{output, time}: CommandContext,
	door: IngestDoor,
	{origin, payload}: Sendable,
	metadata: Metadata,
	tally: Tally,
): Promise<SegmentAnswer> => {
	if (payload.kind === 'bytes') {
		return door.send(payload, metadata);
	}
	const {stream, byteLength} = payload;
	const sent = new AbortController();
	const look = async (): Promise<void> => {
		while (!sent.signal.aborted) {
			const bytes = 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
			const size = byteLength === undefined ? '' : ` of ${humanBytes(byteLength)}`;
			const {text} = tally.progress();
			output.progress({
				done: bytes,
				total: byteLength,
				text: `${text}, ${origin}: ${humanBytes(bytes)}${size}`,
			});
			await time.sleep(LOOK_EVERY_MS, sent.signal).catch(() => {}); // Woken when it is sent.
		}
	};
	const looking = look();
	try {
		return await door.send(payload, metadata);
	} finally {
		sent.abort();
		await looking;
	}
};

const itemText = (origin: string, {segment_id, status, note}: SegmentAnswer): string =>
	`${segment_id.padEnd(MADE_ID_LENGTH)}  ${status.padEnd(LONGEST_STATUS)}  ${origin}${note === undefined ? '' : `  (${note})`}`;

const MADE_ID_LENGTH = 26;
const LONGEST_STATUS = 'duplicate'.length;

/** An input that could not be read. */
const unreadable = (error: unknown): Pick<Failure, 'code' | 'message' | 'problem' | 'advice'> => {
	const message = error instanceof Error ? error.message : String(error);
	return {code: 'SYSTEM', message, problem: message, advice: undefined};
};
