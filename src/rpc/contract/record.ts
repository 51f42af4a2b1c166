import {z} from 'zod';
import {ATTEMPT_OUTCOMES, DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {STATES} from '../../outbound/transitions.js';
import {count, timestamp} from './fields.js';

/** Records whose segment carries this label. */
export const labelFilter = z.strictObject({name: z.string().min(1).max(64), value: z.string().max(1024)});

const attempt = z.strictObject({
	number: z.int().positive(),
	started_at: timestamp,
	completed_at: timestamp,
	outcome: z.enum(ATTEMPT_OUTCOMES),
	error: z.string().optional(),
	bytes_sent: count,
});

/** The delivery of one segment to one peer (`DeliveryRecord` on the wire). */
export const record = z
	.strictObject({
		segment_id: z.string(),
		peer_id: z.string(),
		state: z.enum(STATES).exclude(['abandoned']),
		held: z.boolean(),
		priority: z.enum(PRIORITIES),
		size_bytes: count,
		/** Lower-case hex. */
		sha256: z.string(),
		content_type: z.string().nullable(),
		labels: z.record(z.string(), z.string()),
		enqueued_at: timestamp,
		updated_at: timestamp,
		expires_at: timestamp.optional(),
		/** When a failed record is due. */
		next_attempt_at: timestamp.optional(),
		/** Of a deadletter. */
		reason: z.enum(DEADLETTER_REASONS).optional(),
		charged_failures: count,
		abandons: count,
		attempts: z.array(attempt),
	})
	.meta({id: 'Record'});

export const recordPage = z.strictObject({
	records: z.array(record),
	/** Absent at the end of the listing. A page may be short, even empty, and still carry one. */
	next_cursor: z.string().optional(),
	/** Rows looked at for this page. */
	examined: count,
	/** Only when counters cover the filter (state, peer, reason). */
	total: count.optional(),
});

/** Records per state. `abandoned` are also counted in `scheduled`, `held` in `scheduled` or `failed`. */
export const queueDepth = z
	.strictObject({
		scheduled: count,
		inflight: count,
		acked: count,
		satisfied: count,
		failed: count,
		deadletter: count,
		held: count,
		/** Put back by the last restart; stays until the next. */
		abandoned: count,
		total: count,
	})
	.meta({id: 'QueueDepth'});

export type WireRecord = z.output<typeof record>;
export type WireRecordPage = z.output<typeof recordPage>;
export type WireQueueDepth = z.output<typeof queueDepth>;
