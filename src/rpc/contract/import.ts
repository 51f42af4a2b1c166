import {z} from 'zod';
import {ATTEMPT_OUTCOMES, DEADLETTER_REASONS} from '../../outbound/attempts.js';
import type {EdgedErrorCode} from '../../outbound/errors.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {decodeBase64} from '../base64.js';
import {MAX_SEGMENTS_PER_CALL} from '../limits.js';
import {labels} from './enqueue.js';
import {accountable, anyTimestamp, count, peerId, segmentId} from './fields.js';

export const IMPORT_REFUSALS = [
	'NOT_FOUND',
	'UNKNOWN_PEER',
	'INVALID_STATE',
	'TOO_LARGE',
	'QUEUE_FULL',
	'DRAINING',
] as const satisfies readonly EdgedErrorCode[];

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 as 64 digits of lower-case hex');
/** Chosen by the caller. */
const upload = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8-64 of A-Z a-z 0-9 _ -');

/** The daemon gets bytes. */
const payload = z.string().transform((text, context) => {
	const bytes = decodeBase64(text);
	if (bytes === undefined) {
		context.addIssue({code: 'custom', message: 'is not base64 (RFC 4648)'});
		return z.NEVER;
	}
	return bytes;
});

const attempt = z.strictObject({
	number: z.int().positive(),
	started_at: anyTimestamp,
	completed_at: anyTimestamp,
	outcome: z.enum(ATTEMPT_OUTCOMES),
	error: z.string().optional(),
	bytes_sent: count,
});

const deadletter = z.strictObject({
	peer_id: peerId,
	/** Those without payload cannot be imported. */
	reason: z.enum(DEADLETTER_REASONS).exclude(['EVICTED', 'CORRUPT', 'SEGMENT_MISSING']),
	charged_failures: count,
	died_at: anyTimestamp,
	/** The oldest first. */
	attempts: z.array(attempt).max(100_000),
});

const segment = z.strictObject({
	segment_id: segmentId,
	/** Of the payload; another is refused. */
	sha256: digest,
	content_type: z.string().min(1).max(255).optional(),
	labels: labels.optional(),
	priority: z.enum(PRIORITIES),
	enqueued_at: anyTimestamp,
	/** One of the two; neither with `dry_run`. */
	payload_base64: payload.optional(),
	/** What `relay.deadletter.import_chunk` has brought whole; each upload is for one segment. */
	upload: upload.optional(),
	/** Each for another peer. */
	records: z.array(deadletter).min(1).max(1024),
});

export const importParams = z.strictObject({
	segments: z.array(segment).min(1).max(MAX_SEGMENTS_PER_CALL),
	/** Changes nothing and says what would be. */
	dry_run: z.boolean().optional(),
	...accountable,
});

const named = {
	segment_id: z.string(),
	peer_id: z.string(),
	/** Why there is a conflict. */
	note: z.string().optional(),
};

/** `present`: the record is here already, in whatever state, and was left as it is. `conflict`: the id is that of other bytes. */
export const importResult = z.discriminatedUnion('dry_run', [
	z.strictObject({
		dry_run: z.literal(true),
		would_import: count,
		present: count,
		conflict: count,
		/** In the order of the call. */
		results: z.array(z.strictObject({...named, status: z.enum(['would_import', 'present', 'conflict'])})),
	}),
	z.strictObject({
		dry_run: z.literal(false),
		imported: count,
		present: count,
		conflict: count,
		/** In the order of the call. */
		results: z.array(z.strictObject({...named, status: z.enum(['imported', 'present', 'conflict'])})),
	}),
]);

/** `offset` 0 begins the upload; `BUSY` while another is on its way. One that nothing comes for gives its place away after 10 s. */
export const importChunkParams = z.strictObject({
	upload,
	/** Of the whole payload. */
	size_bytes: count,
	/** What has come before. */
	offset: count,
	payload_base64: payload,
	...accountable,
});
export const importChunkResult = z.strictObject({
	/** All so far: the next `offset`. */
	received_bytes: count,
});
