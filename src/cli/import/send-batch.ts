import {randomUUID} from 'node:crypto';
import {EdgedError} from '../../outbound/errors.js';
import type {Arguments, Result} from '../../rpc/contract/methods.js';
import type {CommandContext} from '../context.js';
import type {Payloads} from './payloads.js';
import type {Problems} from './problems.js';

export type SegmentArguments = Arguments<'relay.deadletter.import'>['segments'][number];
export type ImportAnswer = Result<'relay.deadletter.import'>;

export type Sending = Pick<CommandContext, 'call' | 'signal' | 'accountable' | 'time' | 'output'> & {
	readonly payloads: Payloads;
	readonly problems: Problems;
};

/** A line of the control socket has 8 MiB, base64 makes four bytes of three. */
const INLINE_BYTES = 3 * 2 ** 20;
const BATCH_BYTES = 6 * 2 ** 20;
const BATCH_SEGMENTS = 256;

/** Puts segments together into calls that fit into a line; `sizeOf` is that of the payload that goes with one. */
export class Batch {
	segments: SegmentArguments[] = [];
	#bytes = 0;
	/** The daemon keeps one upload: nothing may come after it. */
	#isClosed = false;

	/** Whether it has room; then the segment is in it. The first always has. */
	take(segment: SegmentArguments, payloadBytes: number): boolean {
		const inline = payloadBytes > INLINE_BYTES ? 0 : Math.ceil(payloadBytes / 3) * 4;
		const bytes = Buffer.byteLength(JSON.stringify(segment)) + inline + 100;
		if (this.#isClosed) {
			return false;
		}
		const isFull = this.#bytes + bytes > BATCH_BYTES || this.segments.length >= BATCH_SEGMENTS;
		if (isFull && this.segments.length > 0) {
			return false;
		}
		this.segments.push(segment);
		this.#bytes += bytes;
		this.#isClosed = payloadBytes > INLINE_BYTES;
		return true;
	}
}

/** Refusals that are about one segment, not about all. */
const ABOUT_ONE: ReadonlySet<string> = new Set([
	'INVALID_ARGUMENT',
	'TOO_LARGE',
	'CONFLICT',
	'NOT_FOUND',
	'INVALID_STATE',
]);

/** Asks what would become of `segments`; one that is refused is told and does not stop the others. */
export const askAbout = (
	sending: Sending,
	segments: readonly SegmentArguments[],
): Promise<readonly ImportAnswer[]> =>
	eachAloneIfRefused(sending, segments, asked =>
		sending.call('relay.deadletter.import', {
			segments: [...asked],
			dry_run: true,
			...sending.accountable,
		}),
	);

/** Imports `segments`, with their payloads. */
export const sendBatch = (
	sending: Sending,
	segments: readonly SegmentArguments[],
): Promise<readonly ImportAnswer[]> =>
	eachAloneIfRefused(sending, segments, async chosen => {
		const whole: SegmentArguments[] = [];
		for (const segment of chosen) {
			whole.push(await withPayload(sending, segment));
		}
		return sending.call('relay.deadletter.import', {segments: whole, ...sending.accountable});
	});

const eachAloneIfRefused = async (
	sending: Sending,
	segments: readonly SegmentArguments[],
	send: (segments: readonly SegmentArguments[]) => Promise<ImportAnswer>,
): Promise<readonly ImportAnswer[]> => {
	sending.signal.throwIfAborted();
	try {
		return [await send(segments)];
	} catch (error) {
		if (!(error instanceof EdgedError) || !ABOUT_ONE.has(error.code)) {
			throw error;
		}
		const [only, ...others] = segments;
		if (only !== undefined && others.length === 0) {
			for (const {peer_id: peer} of only.records) {
				sending.problems.tell(`${only.segment_id} for ${peer}: ${error.code}: ${error.message}`);
			}
			return [];
		}
	}
	const answers: ImportAnswer[] = [];
	for (const segment of segments) {
		answers.push(...(await eachAloneIfRefused(sending, [segment], send)));
	}
	return answers;
};

const withPayload = async (sending: Sending, segment: SegmentArguments): Promise<SegmentArguments> => {
	const {payloads} = sending;
	const {sha256} = segment;
	if (payloads.sizeOf(sha256) > INLINE_BYTES) {
		return {...segment, upload: await uploaded(sending, sha256)};
	}
	const pieces: Buffer[] = [];
	for await (const piece of payloads.read(sha256, INLINE_BYTES)) {
		pieces.push(piece);
	}
	return {...segment, payload_base64: Buffer.concat(pieces).toString('base64')};
};

const uploaded = async (sending: Sending, sha256: string): Promise<string> => {
	const {call, payloads, accountable} = sending;
	const upload = randomUUID();
	let offset = 0;
	for await (const piece of payloads.read(sha256, INLINE_BYTES)) {
		const send = () =>
			call('relay.deadletter.import_chunk', {
				upload,
				size_bytes: payloads.sizeOf(sha256),
				offset,
				payload_base64: piece.toString('base64'),
				...accountable,
			});
		const answer = await (offset === 0 ? onceThereIsRoom(sending, send) : send());
		offset = answer.received_bytes;
	}
	return upload;
};

const ASK_AGAIN_MS = 250;
/** Longer than any payload takes, and than one that its sender has left stands in the way. */
const PATIENCE_MS = 60_000;

/** The daemon takes one large payload at a time: that of another import is waited for. */
const onceThereIsRoom = async <Answer>(
	{time, signal, output}: Sending,
	send: () => Promise<Answer>,
): Promise<Answer> => {
	const until = time.elapsed() + PATIENCE_MS;
	for (;;) {
		try {
			return await send();
		} catch (error) {
			if (!(error instanceof EdgedError) || error.code !== 'BUSY' || time.elapsed() >= until) {
				throw error;
			}
		}
		const text = 'waiting: another import brings in a large payload';
		output.progress({done: 0, total: undefined, text});
		await time.sleep(ASK_AGAIN_MS, signal);
	}
};
