import {EdgedError} from '../outbound/errors.js';
import {formatMadeId} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {EpochMs, PeerNo} from '../outbound/units.js';
import type {StoredAttempt} from './attempts-row.js';
import {checkImport} from './check-import.js';
import type {StoreHandles} from './handles.js';
import type {ImportDraft, ImportedDeath, ImportResult, ImportResults} from './import-draft.js';
import {type PreparedDraft, prepareDraft, sha256Of} from './prepared-draft.js';

/** One deadletter of an import, and what becomes of it. */
export type ImportedRecord = {
	readonly peer: PeerNo;
	readonly death: ImportedDeath;
	readonly attempts: readonly StoredAttempt[];
	result: ImportResult;
};

/** A segment of an import, checked and hashed, with its deadletters that are to come. */
export type ImportedSegment = {
	readonly id: SegmentId;
	readonly draft: PreparedDraft;
	readonly enqueuedAt: EpochMs;
	readonly records: readonly ImportedRecord[];
};

export const PRESENT: ImportResult = {status: 'present'};
export const IMPORTED: ImportResult = {status: 'imported'};
export const conflict = (note: string): ImportResult => ({status: 'conflict', note});

/** The segments of one call, each once, however often it was named; `results` are to be read at the end. */
export type ImportCall = {
	readonly segments: readonly ImportedSegment[];
	results(): ImportResults;
};

/** Throws `INVALID_ARGUMENT`, `TOO_LARGE`, `UNKNOWN_PEER`. */
export const prepareImport = (handles: StoreHandles, drafts: readonly ImportDraft[]): ImportCall => {
	const segments = new Map<SegmentId, ImportedSegment & {readonly records: ImportedRecord[]}>();
	const answers: (readonly {readonly result: ImportResult}[])[] = [];
	for (const draft of drafts) {
		checkImport(draft);
		const prepared = prepare(handles, draft);
		const id = idOf(prepared);
		const segment = segments.get(id) ?? {id, draft: prepared, enqueuedAt: draft.enqueuedAt, records: []};
		segments.set(id, segment);
		answers.push(
			sha256Of(segment.draft).equals(sha256Of(prepared))
				? draft.dead.map(death => addRecord(handles, segment, death))
				: draft.dead.map(() => ({result: conflict('the import has other bytes under the same id')})),
		);
	}
	return {
		segments: [...segments.values()],
		results: () => answers.map(records => records.map(({result}) => result)),
	};
};

const addRecord = (
	handles: StoreHandles,
	{draft, records}: {readonly draft: PreparedDraft; readonly records: ImportedRecord[]},
	death: ImportedDeath,
): {readonly result: ImportResult} => {
	const peer = handles.peers.no(death.peer);
	const earlier = records.find(record => record.peer === peer);
	if (earlier !== undefined) {
		return {
			get result() {
				return earlier.result.status === 'imported' ? PRESENT : earlier.result;
			},
		};
	}
	const size = draft.payload.length;
	const attempts = death.attempts.map(
		({bytesSent, ...attempt}): StoredAttempt => ({
			...attempt,
			bytesSent: bytesSent === size ? 'whole' : bytesSent,
		}),
	);
	const record: ImportedRecord = {peer, death, attempts, result: PRESENT};
	records.push(record);
	return record;
};

/** No lifetime: what was dead does not expire, and what is retried has no expiry either. */
const prepare = ({settings, peers}: StoreHandles, draft: ImportDraft): PreparedDraft => {
	const {identity, payload, sha256, verified, contentType, labels, classNo, hops} = draft;
	return prepareDraft(
		{
			identity,
			payload,
			classNo,
			hops,
			route: peers.route(draft.dead.map(({peer}) => peer)),
			...(sha256 !== undefined && {sha256}),
			...(verified !== undefined && {verified}),
			...(contentType !== undefined && {contentType}),
			...(labels !== undefined && {labels}),
		},
		settings.maxSegmentBytes,
	);
};

const idOf = ({givenId, address}: PreparedDraft): SegmentId => {
	if (givenId === undefined && address === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'a segment without an id cannot be imported');
	}
	return givenId ?? formatMadeId(address as NonNullable<typeof address>);
};
