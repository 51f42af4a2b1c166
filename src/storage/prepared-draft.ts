import {EdgedError} from '../outbound/errors.js';
import {parseMadeId, type SegmentAddress} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo} from '../outbound/units.js';
import {checkMetadata, encodeMetadata, lowerCaseNames} from './entry-metadata.js';
import {OFFSET, PAYLOAD_FIELDS_BYTES, SHA256_BYTES, U48_MAX, writePayloadFields} from './entry-record.js';
import type {Route, SegmentDraft, VerifiedRecord} from './store.js';

/** A draft that was checked and hashed and waits for its group commit; `block` and `entry` are its address once planned. */
export type PreparedDraft = {
	readonly givenId: SegmentId | undefined;
	/** Where it was first made, when not here and now. */
	readonly address: SegmentAddress | undefined;
	readonly payload: Buffer;
	/** Of its entry record what follows from the payload. */
	readonly record: VerifiedRecord;
	readonly metadata: Buffer | undefined;
	readonly route: Route;
	readonly classNo: ClassNo;
	readonly expiresInMs: number | undefined;
	readonly hops: number;
	block: BlockNo;
	entry: number;
};

const UNPLANNED = 0 as BlockNo;
const MAX_HOPS = 255;

/** Checks what the store's format cannot hold and computes what the caller did not bring. Throws `TOO_LARGE`, `INVALID_ARGUMENT`. */
export const prepareDraft = (draft: SegmentDraft, maxSegmentBytes: number): PreparedDraft => {
	const payload = asBuffer(draft.payload);
	if (payload.length > maxSegmentBytes) {
		throw new EdgedError(
			'TOO_LARGE',
			`the segment has ${payload.length} bytes, storage.max_segment_bytes is ${maxSegmentBytes}`,
		);
	}
	const {identity} = draft;
	const given = identity.kind === 'given' ? identity.id : undefined;
	// An id of the made form is an address, whoever brings it.
	const address = identity.kind === 'foreign' ? identity.address : given && parseMadeId(given);
	if (address !== undefined && !(address.block > 0 && address.block <= U48_MAX)) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			'the segment id has the form of a made id, and no edged made it',
		);
	}
	if (draft.expiresInMs !== undefined && !(draft.expiresInMs >= 0)) {
		throw new EdgedError('INVALID_ARGUMENT', 'the lifetime of a segment must not be negative');
	}
	const givenId = address === undefined ? given : undefined;
	const bare = givenId === undefined && draft.contentType === undefined && draft.labels === undefined;
	if (!bare) {
		checkMetadata(draft.contentType, draft.labels);
	}
	return {
		givenId,
		address,
		payload,
		record: draft.verified ?? recordOf(payload, draft),
		metadata: bare
			? undefined
			: encodeMetadata({
					givenId,
					contentType: draft.contentType,
					labels: lowerCaseNames(draft.labels ?? {}),
				}),
		route: draft.route,
		classNo: draft.classNo,
		expiresInMs: draft.expiresInMs,
		hops: Math.min(draft.hops, MAX_HOPS),
		block: UNPLANNED,
		entry: 0,
	};
};

const recordOf = (payload: Buffer, known: Pick<SegmentDraft, 'sha256'>): VerifiedRecord => {
	const bytes = Buffer.allocUnsafe(PAYLOAD_FIELDS_BYTES);
	writePayloadFields(bytes, 0, payload, known);
	return {bytes, at: 0};
};

/** A view. */
export const sha256Of = ({record: {bytes, at}}: PreparedDraft): Buffer =>
	bytes.subarray(at + OFFSET.sha256, at + OFFSET.sha256 + SHA256_BYTES);

const asBuffer = (bytes: Uint8Array): Buffer =>
	Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
