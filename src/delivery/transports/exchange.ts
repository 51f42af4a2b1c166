import type {Clock} from '../../runtime/clock.js';
import type {SendContext} from '../transport.js';
import {Attempt} from './exchange-attempt.js';
import {type Failure, failureOf} from './exchange-failure.js';
import type {PeerConnections} from './peer-connections.js';
import type {ChunkSize} from './request-body.js';

export type ExchangeLimits = {
	/** For a connection to stand, TLS included. */
	readonly dialTimeoutMs: number;
	/** Without any progress once it stands: no chunk that left, no byte that came. */
	readonly ackTimeoutMs: number;
	readonly clock: Clock;
	readonly chunkSize: ChunkSize;
};

export type Question = {
	readonly method: 'POST' | 'HEAD';
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Paced with the first chunk of the body. */
	readonly headBytes: number;
	readonly bodyBytes: number;
	/** Begins the body; once more for a second try. */
	readonly body?: () => RequestBody;
	/** Of an answer's body; what is beyond it is not read. */
	readonly maxAnswerBytes: number;
	readonly context: SendContext;
	/** What its context has allowed already: the head and the first bytes of the body, with which the first try begins. */
	readonly paced: number;
};

export type RequestBody = {
	/** The next bytes, up to `size` of them; `undefined` at the end. */
	next(size: number): Buffer | undefined;
};

/** How a question and its answer went; what it means is for the transport to judge. */
export type Exchanged =
	| {
			readonly kind: 'answer';
			readonly status: number;
			readonly headers: Readonly<Record<string, string | string[] | undefined>>;
			/** As much as was read. */
			readonly text: string;
			/** The whole answer has come; it is longer than allowed; or why the rest has not come. */
			readonly end: 'whole' | 'too_long' | Failure;
			/** It came when all of the body had been handed to the connection, and not before. */
			readonly isAfterBody: boolean;
			/** Every chunk of the body has left. */
			readonly isWritten: boolean;
			readonly bytesSent: number;
	  }
	| ({readonly kind: 'failed'; readonly bytesSent: number} & Failure);

/**
 * Asks on one of `connections`. Never throws. A kept-alive connection may have been closed by the peer at the moment it was used:
 * when one breaks before any answer, the question is asked once more on a fresh one. Both transports may do that, because
 * a receiver knows a segment by its id.
 */
export const exchange = async (
	connections: PeerConnections,
	question: Question,
	limits: ExchangeLimits,
): Promise<Exchanged> => {
	const first = await tryOnce(connections, 'any', question, limits);
	if (!first.wasStale) {
		return first.exchanged;
	}
	const {exchanged} = await tryOnce(connections, 'fresh', {...question, paced: 0}, limits);
	return {...exchanged, bytesSent: first.exchanged.bytesSent + exchanged.bytesSent};
};

type Try = {readonly exchanged: Exchanged; readonly wasStale: boolean};

const tryOnce = async (
	connections: PeerConnections,
	kind: 'any' | 'fresh',
	question: Question,
	limits: ExchangeLimits,
): Promise<Try> => {
	const connection = await connections.take(kind).catch(failureOf);
	if ('cause' in connection) {
		return {exchanged: {kind: 'failed', ...connection, bytesSent: 0}, wasStale: false};
	}
	const attempt = new Attempt(question, limits);
	const use = connection.use(() => attempt.stands());
	const exchanged = await attempt.run(use);
	if (exchanged.kind === 'answer') {
		connections.giveBack(connection);
		return {exchanged, wasStale: false};
	}
	connections.drop(connection);
	return {exchanged, wasStale: exchanged.cause === 'error' && use.isReused()};
};
