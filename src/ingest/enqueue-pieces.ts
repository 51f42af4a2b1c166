import {EdgedError, type EdgedErrorCode} from '../outbound/errors.js';
import type {Enqueued, EnqueueStatus, SegmentDraft} from '../storage/store.js';
import type {IngestBackend} from './options.js';
import {COST_PER_TURN, type Turns} from './turns.js';

export type Rejection = {readonly code: EdgedErrorCode; readonly message: string};

/** What the store says of each draft, by its place. */
export type DraftFates = (
	index: number,
) => {readonly status: EnqueueStatus; readonly note: string | undefined} | Rejection;

/** The store works on so many at a time without a break: some ten milliseconds. */
const PIECE = 4096;

/**
 * Makes the drafts of one request durable, in their order. A large request is several calls of the store, so that it keeps nobody else waiting;
 * when some of them are refused, their entries are, and the others stand. Rejects when all are refused.
 */
export const enqueueInPieces = async (
	store: IngestBackend['store'],
	drafts: readonly SegmentDraft[],
	turns: Turns,
): Promise<DraftFates> => {
	const calls: Promise<Enqueued | Error>[] = [];
	for (let start = 0; start < drafts.length; start += PIECE) {
		if (start > 0) {
			await turns.next(COST_PER_TURN);
		}
		calls.push(store.enqueue(drafts.slice(start, start + PIECE), 'each').catch(asError));
	}
	const answers = (await Promise.all(calls)).map(knownAnswer);
	const [first] = answers;
	if (first instanceof EdgedError && answers.every(answer => answer instanceof EdgedError)) {
		throw first;
	}
	return index => {
		const answer = answers[Math.floor(index / PIECE)];
		if (answer === undefined) {
			throw new RangeError(`draft ${index} of ${drafts.length}`);
		}
		const at = index % PIECE;
		return answer instanceof EdgedError
			? {code: answer.code, message: answer.message}
			: {status: answer.status(at), note: answer.note(at)};
	};
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** What is no refusal is a bug, and passed on. */
const knownAnswer = (answer: Enqueued | Error): Enqueued | EdgedError => {
	if (answer instanceof Error && !(answer instanceof EdgedError)) {
		throw answer;
	}
	return answer;
};
