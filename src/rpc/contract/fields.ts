import {z} from 'zod';
import {
	MAX_PEER_ID_LENGTH,
	MAX_SEGMENT_ID_LENGTH,
	PEER_ID_PATTERN,
	type PeerId,
	SEGMENT_ID_PATTERN,
	type SegmentId,
} from '../../outbound/names.js';
import {DEFAULT_PAGE, MAX_PAGE} from '../limits.js';

/** Branded for the daemon, a plain string for who writes the call. */
export const segmentId = z
	.string()
	.max(MAX_SEGMENT_ID_LENGTH)
	.regex(SEGMENT_ID_PATTERN, 'must be 1-128 of A-Z a-z 0-9 . _ : -, first a letter or digit')
	.meta({id: 'SegmentId'}) as unknown as z.ZodType<SegmentId, string>;

export const peerId = z
	.string()
	.max(MAX_PEER_ID_LENGTH)
	.regex(PEER_ID_PATTERN, 'must be 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit')
	.meta({id: 'PeerId'}) as unknown as z.ZodType<PeerId, string>;

/** RFC 3339, UTC, milliseconds: how every time is written. */
export const timestamp = z.iso.datetime({precision: 3}).meta({id: 'Timestamp'});
/** Any RFC 3339 time: how a caller may write one. */
export const anyTimestamp = z.iso.datetime({offset: true});

/** Bytes, records, requests: a whole number, 0 or more. */
export const count = z.int().nonnegative();
export const seconds = z.number().nonnegative();

/** Who did it and why, for the audit trail. What the caller says, not what the daemon proved. */
export const operator = z.string().min(1).max(256);
export const reason = z.string().min(1).max(1024);
export const accountable = {operator: operator.optional(), reason: reason.optional()};

export const paging = {
	limit: z.int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
	/** `next_cursor` of the page before, unchanged. */
	cursor: z.string().min(1).max(1024).optional(),
};

/** The parameters of a method that takes none. */
export const nothing = z.strictObject({});
