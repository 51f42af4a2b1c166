import {EdgedError} from '../outbound/errors.js';
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
import type {Route, SegmentDraft, StoreQuota} from '../storage/store.js';
import {type DraftFates, enqueueInPieces, type Rejection} from './enqueue-pieces.js';
import type {Exchange} from './exchange.js';
import {routeFor} from './one-segment.js';
import {jsonReply, type Reply} from './reply.js';
import {readPeers} from './segment-headers.js';
import {COST_PER_TURN, type Turns} from './turns.js';

/**
 * `POST /v1/segments` with a request: the answer, entry by entry, once all that it accepts is durable. A payload that is not what
 * its sender hashed refuses the whole request, because it was damaged on its way and is not at fault itself.
 */
export const receiveRequest = async (exchange: Exchange): Promise<Reply> => {
	const {request: message, options, backend, turns} = exchange;
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
		const intake = await examine(
			request,
			routeFor(exchange, peers),
			{...options, quota: backend.store.quota},
			turns,
		);
		const fates =
			intake.drafts.length === 0 ? undefined : await enqueueInPieces(backend.store, intake.drafts, turns);
		return jsonReply(200, answer(request, intake, fates, exchange));
	} finally {
		body.release();
	}
};

/** One segment always fits, whatever the bound on buffers. */
const maxBodyBytes = ({maxBufferedBytes, maxSegmentBytes}: Exchange['options']): number =>
	Math.max(maxBufferedBytes, maxSegmentBytes + maxHeadBytes(1));

type IntakeLimits = {
	readonly maxHops: number;
	readonly maxSegmentBytes: number;
	readonly quota: Pick<StoreQuota, 'refusal'>;
};
/** What goes on to the store, in the order of the entries, and what does not, by their index. */
type Intake = {readonly drafts: readonly SegmentDraft[]; readonly rejections: ReadonlyMap<number, Rejection>};

/** What an entry costs beside its payload, as if it were bytes: a request may be 65,536 empty ones. */
const ENTRY_COST = 2048;

/** Each piece of the work waits for its turn. */
const examine = async (
	request: ParsedRequest,
	route: Route,
	limits: IntakeLimits,
	turns: Turns,
): Promise<Intake> => {
	const drafts: SegmentDraft[] = [];
	const rejections = new Map<number, Rejection>();
	let next = 0;
	while (next < request.entryCount) {
		const {end, cost} = piece(request, next);
		await turns.next(cost);
		for (; next < end; next++) {
			const draft = examineEntry(request, next, route, limits);
			if ('code' in draft) {
				rejections.set(next, draft);
			} else {
				drafts.push(draft);
			}
		}
	}
	return {drafts, rejections};
};

/** The entries from `start` on that are one turn's work. */
const piece = (request: ParsedRequest, start: number): {readonly end: number; readonly cost: number} => {
	let end = start;
	let cost = 0;
	while (end < request.entryCount && cost < COST_PER_TURN) {
		cost += request.payloadSize(end) + ENTRY_COST;
		end++;
	}
	return {end, cost};
};

const examineEntry = (
	request: ParsedRequest,
	index: number,
	route: Route,
	limits: IntakeLimits,
): SegmentDraft | Rejection => {
	const payload = request.payload(index);
	const fault = request.verifyEntry(index, payload);
	if (fault !== undefined) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`Entry ${index} was damaged on its way: its ${fault} does not match`,
		);
	}
	return draftOf(request, index, {payload, route, limits});
};

type DraftContext = {readonly payload: Buffer; readonly route: Route; readonly limits: IntakeLimits};

/** Called for every entry: one object, and no more of the record is read than is needed. */
const draftOf = (
	request: ParsedRequest,
	index: number,
	{payload, route, limits: {maxHops, maxSegmentBytes, quota}}: DraftContext,
): SegmentDraft | Rejection => {
	if (payload.length > maxSegmentBytes) {
		return {code: 'TOO_LARGE', message: `${payload.length} bytes are more than ${maxSegmentBytes}`};
	}
	const refusal = quota.refusal(route.peers, request.classNo(index), payload.length);
	if (refusal !== undefined) {
		return {code: 'TOO_LARGE', message: refusal};
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
	fates: DraftFates | undefined,
	{counters}: Exchange,
): string => {
	const builder = new AnswerBuilder();
	let stored = 0;
	for (let index = 0; index < request.entryCount; index++) {
		const fate = rejections.get(index) ?? fates?.(stored++) ?? NOWHERE;
		if ('code' in fate) {
			builder.reject(fate.code, fate.message);
			counters.rejected++;
			continue;
		}
		switch (fate.status) {
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
				builder.reject('CONFLICT', fate.note ?? 'Its id belongs to a segment with other bytes');
				counters.rejected++;
				break;
		}
	}
	return builder.toJson(request.digest);
};

const NOWHERE: Rejection = {code: 'INVALID_ARGUMENT', message: OUT_OF_FORM};
