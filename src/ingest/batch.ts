import {setImmediate as nextTurn} from 'node:timers/promises';
import {EdgedError, type EdgedErrorCode} from '../outbound/errors.js';
import {
	AnswerBuilder,
	checkMetadata,
	type EntryMetadata,
	MAX_REQUEST_ENTRIES,
	maxHeadBytes,
	NO_METADATA,
	type ParsedRequest,
	parseRequest,
} from '../storage/request-codec.js';
import type {Enqueued, Route, SegmentDraft} from '../storage/store.js';
import type {Exchange} from './exchange.js';
import {routeFor} from './one-segment.js';
import {jsonReply, type Reply} from './reply.js';
import {readPeers} from './segment-headers.js';

/**
 * `POST /v1/segments` with a request: the answer, entry by entry, once all that it accepts is durable. A payload that is not what
 * its sender hashed refuses the whole request, because it was damaged on its way and is not at fault itself.
 */
export const receiveRequest = async (exchange: Exchange): Promise<Reply> => {
	const {request: message, options, backend} = exchange;
	const peers = readPeers(message.headers);
	const body = await exchange.readBody(maxBodyBytes(options));
	try {
		const request = parseRequest(body.bytes, {maxEntries: MAX_REQUEST_ENTRIES});
		if (request.kind === 'fault') {
			throw new EdgedError('INVALID_ARGUMENT', `This is no request: ${request.message}`);
		}
		if (request.entryCount === 0) {
			return jsonReply(200, new AnswerBuilder().toJson(request.digest));
		}
		const intake = await examine(request, routeFor(exchange, peers), options);
		const enqueued =
			intake.drafts.length === 0 ? undefined : await backend.store.enqueue(intake.drafts, 'each');
		return jsonReply(200, answer(request, intake, enqueued, exchange));
	} finally {
		body.release();
	}
};

/** One segment always fits, whatever the bound on buffers. */
const maxBodyBytes = ({maxBufferedBytes, maxSegmentBytes}: Exchange['options']): number =>
	Math.max(maxBufferedBytes, maxSegmentBytes + maxHeadBytes(1));

type IntakeLimits = {readonly maxHops: number; readonly maxSegmentBytes: number};
type Rejection = {readonly code: EdgedErrorCode; readonly message: string};
/** What goes on to the store, in the order of the entries, and what does not, by their index. */
type Intake = {readonly drafts: readonly SegmentDraft[]; readonly rejections: ReadonlyMap<number, Rejection>};

/** Hashing so much takes about two milliseconds; then others have their turn. */
const BYTES_PER_TURN = 2 * 1024 * 1024;
/** What an entry costs beside its payload, as if it were bytes: a request may be 65,536 empty ones. */
const ENTRY_COST = 2048;

const examine = async (request: ParsedRequest, route: Route, limits: IntakeLimits): Promise<Intake> => {
	const drafts: SegmentDraft[] = [];
	const rejections = new Map<number, Rejection>();
	let cost = 0;
	for (let index = 0; index < request.entryCount; index++) {
		const payload = request.payload(index);
		const fault = request.verifyEntry(index, payload);
		if (fault !== undefined) {
			throw new EdgedError(
				'INVALID_ARGUMENT',
				`Entry ${index} was damaged on its way: its ${fault} does not match`,
			);
		}
		const draft = draftOf(request, index, {payload, route, limits});
		if ('code' in draft) {
			rejections.set(index, draft);
		} else {
			drafts.push(draft);
		}
		cost += payload.length + ENTRY_COST;
		if (cost >= BYTES_PER_TURN) {
			cost = 0;
			await nextTurn();
		}
	}
	return {drafts, rejections};
};

type DraftContext = {readonly payload: Buffer; readonly route: Route; readonly limits: IntakeLimits};

/** Called for every entry: one object, and no more of the record is read than is needed. */
const draftOf = (
	request: ParsedRequest,
	index: number,
	{payload, route, limits: {maxHops, maxSegmentBytes}}: DraftContext,
): SegmentDraft | Rejection => {
	if (payload.length > maxSegmentBytes) {
		return {code: 'TOO_LARGE', message: `${payload.length} bytes are more than ${maxSegmentBytes}`};
	}
	const hops = request.hops(index) + 1;
	if (hops > maxHops) {
		return {
			code: 'INVALID_ARGUMENT',
			message: `It has passed ${hops} edged, which is more than max_hops (${maxHops})`,
		};
	}
	const metadata = request.metadata(index);
	const identity = metadata && request.identity(index, metadata);
	const fault = metadata === undefined || identity === undefined ? OUT_OF_FORM : metadataFault(metadata);
	if (metadata === undefined || identity === undefined || fault !== undefined) {
		return {code: 'INVALID_ARGUMENT', message: fault ?? OUT_OF_FORM};
	}
	const lifetime = request.lifetime(index);
	const bare = {
		identity,
		payload,
		verified: request.record(index),
		route,
		classNo: request.classNo(index),
		hops,
	};
	if (metadata === NO_METADATA && lifetime === 0) {
		return bare;
	}
	const {contentType, labels} = metadata;
	return {
		...bare,
		...(contentType !== undefined && {contentType}),
		...(metadata !== NO_METADATA && {labels}),
		...(lifetime > 0 && {expiresInMs: lifetime}),
	};
};

const OUT_OF_FORM = 'Its id or its metadata is out of form';

const metadataFault = (metadata: EntryMetadata): string | undefined => {
	if (metadata === NO_METADATA) {
		return undefined;
	}
	try {
		checkMetadata(metadata.contentType, metadata.labels);
		return undefined;
	} catch (error) {
		if (error instanceof EdgedError) {
			return error.message;
		}
		throw error;
	}
};

const answer = (
	request: ParsedRequest,
	{rejections}: Intake,
	enqueued: Enqueued | undefined,
	{counters}: Exchange,
): string => {
	const builder = new AnswerBuilder();
	let stored = 0;
	for (let index = 0; index < request.entryCount; index++) {
		const rejection = rejections.get(index);
		if (rejection !== undefined || enqueued === undefined) {
			builder.reject(rejection?.code ?? 'INVALID_ARGUMENT', rejection?.message ?? OUT_OF_FORM);
			counters.rejected++;
			continue;
		}
		const at = stored++;
		switch (enqueued.status(at)) {
			case 'accepted':
				builder.accept();
				counters.accepted++;
				counters.acceptedBytes += request.payloadSize(index);
				break;
			case 'duplicate':
				builder.duplicate();
				counters.duplicate++;
				break;
			case 'conflict':
				builder.reject('CONFLICT', enqueued.note(at) ?? 'Its id belongs to a segment with other bytes');
				counters.rejected++;
				break;
		}
	}
	return builder.toJson(request.digest);
};
