import {z} from 'zod';
import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {STATES} from '../../outbound/transitions.js';
import {MAX_HEAD_BYTES} from '../limits.js';
import {anyTimestamp, paging, peerId, segmentId} from './fields.js';
import {labelFilter, record, recordPage} from './record.js';

/** `state: "abandoned"`: put back by the last restart and not leased since. */
export const listParams = z.strictObject({
	state: z.enum(STATES).optional(),
	peer_id: peerId.optional(),
	priority: z.enum(PRIORITIES).optional(),
	label: labelFilter.optional(),
	/** Those that an operator holds, or those that nobody does. */
	held: z.boolean().optional(),
	/** Of deadletters. */
	reason: z.enum(DEADLETTER_REASONS).optional(),
	/** Enqueued at this time or later, as the time has passed: a wall clock that jumped since does not count. */
	since: anyTimestamp.optional(),
	/** Enqueued before this time. */
	until: anyTimestamp.optional(),
	...paging,
});
export const listResult = recordPage;

export const inspectParams = z.strictObject({
	segment_id: segmentId,
	peer_id: peerId.optional(),
	/** Asks for `payload_base64`; `TOO_LARGE` above 5 MiB, which the ingest socket serves at any size. */
	payload: z.boolean().optional(),
	/** Asks for `payload_head`: so many bytes of the payload, for a look at it. */
	head_bytes: z.int().min(1).max(MAX_HEAD_BYTES).optional(),
});
export const inspectResult = z.strictObject({
	/** Never empty: an unknown segment is `NOT_FOUND`. */
	records: z.array(record),
	payload_base64: z.base64().optional(),
	payload_head: z
		.union([
			z.strictObject({base64: z.base64()}),
			/** Why there is nothing to be seen. */
			z.strictObject({unavailable: z.string()}),
		])
		.optional(),
});
