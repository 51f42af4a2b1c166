import {z} from 'zod';
import {count, peerId, seconds, segmentId, timestamp} from './fields.js';
import {record} from './record.js';
import {LINKS} from './status.js';

/** What stands in the way of a record, or of a peer's queue; the foremost of it. */
export const CAUSES = [
	/** The peer has it. */
	'acked',
	/** Enough other peers have it. */
	'satisfied',
	'deadletter',
	/** An operator holds it; of a peer: all that waits. */
	'held',
	/** The peer is not configured any more. */
	'orphaned',
	/** It is being sent. */
	'inflight',
	'paused',
	/** Outside all windows of the peer. */
	'closed',
	/** The rate is too low for any send. */
	'throttled',
	/** The daily quota is spent, or what goes next does not fit into what is left. */
	'quota',
	'link_down',
	/** The link is being tried. */
	'probing',
	/** The last attempt failed, and the next waits; of a peer: all that waits does. */
	'backoff',
	/** A segment breaks requests and is being searched. */
	'suspects',
	/** Others go before it; of a peer: the next lease is about to be taken. */
	'turn',
	/** Of a peer: nothing waits. */
	'idle',
] as const;

/** What changes it next. */
const EVENTS = [
	'attempt_ends',
	'link_is_tried',
	'backoff_ends',
	'window_opens',
	/** Enough of what was sent is a day old. */
	'budget_returns',
	'turn_comes',
	'segment_is_enqueued',
	/** Somebody has to: release, resume, raise the rate, configure the peer, retry or purge. */
	'operator_acts',
] as const;

export const whyParams = z.strictObject({
	/** Without it: why the peer's queue is where it is. */
	segment_id: segmentId.optional(),
	peer_id: peerId,
});

export const whyResult = z.strictObject({
	/** One sentence for an operator; its words may change, the fields do not. */
	sentence: z.string(),
	cause: z.enum(CAUSES),
	peer_id: z.string(),
	segment_id: z.string().optional(),
	/** The record asked for. */
	record: record.optional(),
	/** What is served before it; `null` when it does not wait for its turn. */
	ahead: z
		.strictObject({
			records: count,
			/** Of payload. */
			bytes: count,
			/** There may be more: only so much was looked at. */
			at_least: z.boolean(),
			/** By the mean size of what waits. */
			bytes_estimated: z.boolean(),
		})
		.nullable(),
	queue: z.strictObject({
		scheduled: count,
		failed: count,
		inflight: count,
		held: count,
		/** Payload bytes of all four. */
		waiting_bytes: count,
	}),
	link: z.strictObject({
		state: z.enum(LINKS),
		paused: z.boolean(),
		draining: z.boolean(),
		consecutive_failures: count,
		last_error: z.string().nullable(),
		last_ack_at: timestamp.nullable(),
		/** A segment that breaks requests is being searched among so many. */
		suspects: count,
		/** So many segments broke alone and are kept aside until something proves the peer well. */
		alone: count,
	}),
	budget: z.strictObject({
		/** The lower of the peer's rate and the total; 0 = unlimited. */
		bytes_per_second: count,
		/** Acknowledged payload, averaged over about 10 s. */
		bytes_per_second_now: z.number().nonnegative(),
	}),
	next_event: z.strictObject({what: z.enum(EVENTS), at: timestamp.nullable()}).nullable(),
	/** Until it is acknowledged (of a peer: until the queue is empty) at the present pace; `null` when that is not known. */
	eta_seconds: seconds.nullable(),
	queried_at: timestamp,
});
