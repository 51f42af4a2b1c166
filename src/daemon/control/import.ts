import {createHash} from 'node:crypto';
import {EdgedError} from '../../outbound/errors.js';
import {classOf} from '../../outbound/priorities.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {parseTime} from '../../runtime/clock.js';
import {checkMetadata, identityOf} from '../../storage/request-codec.js';
import type {ImportDraft, ImportResult, SegmentIdentity} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {noteChange} from './note-change.js';

type Importing = Pick<
	Parts,
	'store' | 'storeHealth' | 'peers' | 'phase' | 'uploads' | 'config' | 'logger' | 'events' | 'buriedOrFreed'
>;
type WrittenSegment = Params<'relay.deadletter.import'>['segments'][number];
type WrittenRecord = WrittenSegment['records'][number];

/** Everything that can be refused is refused before an upload is taken and before the store is asked. */
export const importDeadletters = async (
	parts: Importing,
	params: Params<'relay.deadletter.import'>,
): Promise<Result<'relay.deadletter.import'>> => {
	const {store, buriedOrFreed} = parts;
	const {segments} = params;
	check(parts, params);
	const identities = segments.map(identityFor);
	if (params.dry_run === true) {
		return preview(parts, segments);
	}
	const drafts = segments.map((segment, index) =>
		draftOf(segment, identities[index] as SegmentIdentity, payloadOf(parts, segment, index)),
	);
	const came = await store.importDeadletters(drafts).catch(toldToHealth(parts));
	const results = segments.flatMap(({segment_id, records}, at) =>
		records.map(({peer_id}, index) => ({segment_id, peer_id, ...(came[at]?.[index] as ImportResult)})),
	);
	const counts = {
		imported: results.filter(({status}) => status === 'imported').length,
		present: results.filter(({status}) => status === 'present').length,
		conflict: results.filter(({status}) => status === 'conflict').length,
	};
	if (counts.imported > 0) {
		buriedOrFreed();
	}
	noteChange(parts, 'relay.deadletter.imported', params, counts);
	return {dry_run: false, ...counts, results};
};

/** As a producer's enqueue that could not be written. */
const toldToHealth =
	({storeHealth}: Pick<Parts, 'storeHealth'>) =>
	(error: unknown): never => {
		if (error instanceof EdgedError && error.code === 'STORAGE_FAILED') {
			storeHealth.failed(error);
		}
		throw error;
	};

export const importChunk = (
	{uploads, phase, config}: Pick<Parts, 'uploads' | 'phase' | 'config'>,
	{upload, size_bytes: sizeBytes, offset, payload_base64: bytes}: Params<'relay.deadletter.import_chunk'>,
): Result<'relay.deadletter.import_chunk'> => {
	refuseIfStopping(phase);
	const chunk = {upload, sizeBytes, offset, bytes};
	return {received_bytes: uploads.add(chunk, config.storage.maxSegmentBytes)};
};

const refuseIfStopping = (phase: Parts['phase']): void => {
	if (phase.isStopping) {
		throw new EdgedError('SHUTTING_DOWN', 'edged is shutting down');
	}
};

const check = (
	{peers, phase}: Pick<Parts, 'peers' | 'phase'>,
	{segments, dry_run: isDry}: Params<'relay.deadletter.import'>,
): void => {
	refuseIfStopping(phase);
	const seen = new Set<string>();
	for (const [index, segment] of segments.entries()) {
		const {segment_id: id, payload_base64: payload, upload, sha256} = segment;
		for (const {peer_id: peer} of segment.records) {
			if (peers.isLeaving(peers.find(peer).no)) {
				throw new EdgedError('DRAINING', `${peer} is being removed from the configuration`);
			}
			const key = `${id} ${peer}`;
			if (seen.has(key)) {
				throw refused(index, `${id} for ${peer} is there twice`);
			}
			seen.add(key);
		}
		checkMetadata(segment.content_type, segment.labels);
		if (payload !== undefined && upload !== undefined) {
			throw refused(index, 'give payload_base64 or upload, one of the two');
		}
		if (payload === undefined && upload === undefined && isDry !== true) {
			throw refused(index, 'give payload_base64 or upload: a deadletter without payload cannot be imported');
		}
		if (payload !== undefined && createHash('sha256').update(payload).digest('hex') !== sha256) {
			throw wrongDigest(index, id);
		}
	}
};

const refused = (index: number, words: string): EdgedError =>
	new EdgedError('INVALID_ARGUMENT', `segments.${index}: ${words}`);

const wrongDigest = (index: number, id: string): EdgedError =>
	refused(index, `the payload of ${id} does not have the sha256 that is given; nothing was stored`);

const identityFor = ({segment_id: id}: WrittenSegment, index: number): SegmentIdentity => {
	const identity = identityOf(id);
	if (identity === undefined) {
		throw refused(index, `${id} has the form of an id that edged makes, but none has made it`);
	}
	return identity;
};

const draftOf = (segment: WrittenSegment, identity: SegmentIdentity, payload: Buffer): ImportDraft => ({
	identity,
	payload,
	sha256: Buffer.from(segment.sha256, 'hex'),
	...(segment.content_type !== undefined && {contentType: segment.content_type}),
	...(segment.labels !== undefined && {labels: segment.labels}),
	classNo: classOf(segment.priority),
	hops: 0,
	enqueuedAt: parseTime(segment.enqueued_at),
	dead: segment.records.map(deathOf),
});

const payloadOf = (
	{uploads}: Pick<Parts, 'uploads'>,
	{segment_id: id, payload_base64: payload, upload = '', sha256}: WrittenSegment,
	index: number,
): Buffer => {
	if (payload !== undefined) {
		return payload;
	}
	const uploaded = uploads.take(upload);
	if (uploaded.sha256 !== sha256) {
		throw wrongDigest(index, id);
	}
	return uploaded.bytes;
};

const deathOf = (record: WrittenRecord): ImportDraft['dead'][number] => ({
	peer: record.peer_id,
	reason: record.reason,
	chargedFailures: record.charged_failures,
	diedAt: parseTime(record.died_at),
	attempts: record.attempts.map(attempt => ({
		number: attempt.number,
		startedAt: parseTime(attempt.started_at),
		completedAt: parseTime(attempt.completed_at),
		outcome: attempt.outcome,
		...(attempt.error !== undefined && {error: attempt.error}),
		bytesSent: attempt.bytes_sent,
	})),
});

/** As far as can be told without writing: what the disk and the ceiling say to it is not asked. */
const preview = async (
	{store}: Pick<Parts, 'store'>,
	segments: readonly WrittenSegment[],
): Promise<Result<'relay.deadletter.import'>> => {
	const lookUp = ({segment_id, sha256, records}: WrittenSegment) => {
		const here = store.inspect(segment_id);
		const isOther = here.some(record => record.sha256 !== sha256);
		return records.map(({peer_id}) => {
			const named = {segment_id, peer_id};
			if (isOther) {
				return {...named, status: 'conflict' as const, note: 'the id belongs to other bytes here'};
			}
			const isHere = here.some(record => record.peerId === peer_id);
			return {...named, status: isHere ? ('present' as const) : ('would_import' as const)};
		});
	};
	const results: ReturnType<typeof lookUp> = [];
	for (const [at, segment] of segments.entries()) {
		results.push(...lookUp(segment));
		if (at % LOOKED_UP_AT_ONCE === LOOKED_UP_AT_ONCE - 1) {
			await new Promise(resolve => setImmediate(resolve)); // Others come in between.
		}
	}
	return {
		dry_run: true,
		would_import: results.filter(({status}) => status === 'would_import').length,
		present: results.filter(({status}) => status === 'present').length,
		conflict: results.filter(({status}) => status === 'conflict').length,
		results,
	};
};

/** Where every record of a block has a row of its own, one segment takes milliseconds. */
const LOOKED_UP_AT_ONCE = 8;
