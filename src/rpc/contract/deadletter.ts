import {z} from 'zod';
import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {
	accountable,
	anyTimestamp,
	count,
	nothing,
	operator,
	paging,
	peerId,
	reason,
	seconds,
	segmentId,
	timestamp,
} from './fields.js';
import {waitingFilter} from './hold.js';
import {labelFilter, record, recordPage} from './record.js';

const filter = {
	peer_id: peerId.optional(),
	/** Why they were buried. */
	reason: z.enum(DEADLETTER_REASONS).optional(),
	/** Buried at this time or later. */
	since: anyTimestamp.optional(),
	/** Buried before this time. */
	before: anyTimestamp.optional(),
	/** Buried longer ago than this; goes with `since`, not with `before`. */
	older_than_seconds: seconds.optional(),
	/** Only segments that carry it. */
	label: labelFilter.optional(),
};
const oneRecord = {segment_id: segmentId, peer_id: peerId};

const dryRun = {
	/** Changes nothing and says what would be. */
	dry_run: z.boolean().optional(),
};

/** A record by name. `all` marks the other form, the selector. */
const one = {...oneRecord, all: z.literal(false).optional(), ...dryRun, ...accountable};
/** Every deadletter that the filter lets through. `reason` is the filter's, so the operator's words are the `note`. */
const selector = {
	all: z.literal(true),
	...filter,
	operator: operator.optional(),
	note: reason.optional(),
	/** At most so many; then the answer carries `next_cursor`. */
	limit: z.int().positive().optional(),
	cursor: z.string().min(1).max(1024).optional(),
	...dryRun,
};
/** A paced retry. */
const job = z
	.strictObject({
		job_id: z.string(),
		state: z.enum(['running', 'done', 'cancelled']),
		peer_id: z.string().nullable(),
		reason: z.enum(DEADLETTER_REASONS).nullable(),
		since: timestamp.nullable(),
		before: timestamp.nullable(),
		label: labelFilter.nullable(),
		rate_per_second: z.number().positive(),
		/** When it was ordered. */
		matched: count,
		retried: count,
		/** Their payload is gone. */
		refused: count,
		/** Still to be looked at; 0 once it has ended. What was retried or purged otherwise meanwhile is among `matched` only. */
		left: count,
		started_at: timestamp,
		ended_at: timestamp.nullable(),
		/** `null` once it has ended. */
		eta_seconds: seconds.nullable(),
		operator: z.string().nullable(),
		note: z.string().nullable(),
	})
	.meta({id: 'DeadletterJob'});
export type WireJob = z.output<typeof job>;

/** How many deadletters match, by peer and reason. */
const matching = z.array(
	z.strictObject({peer_id: z.string(), reason: z.enum(DEADLETTER_REASONS), count: z.int().positive()}),
);
const bulk = {
	/** Give it back as `cursor`, with the same filter, to go on; absent when nothing is left. */
	next_cursor: z.string().optional(),
};

export const deadletterListParams = z.strictObject({...filter, ...paging});
export const deadletterListResult = recordPage;

/** Any record, dead or not: an operator looks before he buries. */
export const deadletterInspectParams = z.strictObject(oneRecord);
export const deadletterInspectResult = record;

/** A single record is refused with `NOT_FOUND`, `INVALID_STATE` or `SEGMENT_MISSING`; a selector counts its refusals. */
export const retryParams = z.discriminatedUnion('all', [
	z.strictObject(one),
	z.strictObject({
		...selector,
		/** Not all at once: a job that survives restarts; without `limit` and `cursor`. */
		rate_per_second: z.number().min(0.001).max(100_000).optional(),
	}),
]);
export const retryResult = z.union([
	z.strictObject({
		retried: count,
		/** Matched, but the payload is gone. */
		refused: count,
		...bulk,
	}),
	z.strictObject({job}),
	z.strictObject({dry_run: z.literal(true), would_retry: count, would_refuse: count, matching}),
]);

/** Without `force`, or with `dry_run`, nothing is removed: the answer says what would be. */
export const purgeParams = z.discriminatedUnion('all', [
	z.strictObject({...one, force: z.boolean().optional()}),
	z.strictObject({...selector, force: z.boolean().optional()}),
]);
export const purgeResult = z.discriminatedUnion('dry_run', [
	z.strictObject({dry_run: z.literal(true), would_purge: count, matching}),
	z.strictObject({dry_run: z.literal(false), purged: count, ...bulk}),
]);

/**
 * With `all`, everything that waits for a peer, or for all of them, also what broke alone and is kept aside; with a filter, what of it
 * waits in the queue. What is being sent is left alone. `reason` is the operator's.
 */
export const forceParams = z.discriminatedUnion('all', [
	z.strictObject(one),
	z.strictObject({
		all: z.literal(true),
		peer_id: peerId.optional(),
		...waitingFilter,
		/** About so many; with a filter, at most, and then the answer carries `next_cursor`. */
		limit: z.int().positive().optional(),
		/** Goes with a filter. */
		cursor: z.string().min(1).max(1024).optional(),
		...dryRun,
		...accountable,
	}),
]);
export const forceResult = z.union([
	z.strictObject({
		dry_run: z.literal(true),
		would_force: count,
		/** Of the peer or peers, or of what matches the filter, being sent: left alone. Absent for one record. */
		inflight: count.optional(),
	}),
	z.strictObject({
		/** `false`: it was dead before, and nothing changed. */
		forced: z.boolean(),
		state: z.literal('deadletter'),
	}),
	z.strictObject({
		buried: count,
		/** Of the peer or peers, whatever the filter: what waits still, or again, and what is being sent. */
		left: z.strictObject({waiting: count, inflight: count}),
		...bulk,
	}),
]);

/** edgectl writes the files, with the rights of who runs it; the daemon, which may write nowhere else, notes who took what and where to. */
export const exportParams = z.strictObject({
	/** Before the first byte leaves, and once all is written. */
	phase: z.enum(['begin', 'end']),
	/** Where it goes, as the operator wrote it. */
	target: z.string().min(1).max(1024),
	...filter,
	/** At the end. */
	records: count.optional(),
	payloads: count.optional(),
	payload_bytes: count.optional(),
	operator: operator.optional(),
	note: reason.optional(),
});
export const exportResult = z.strictObject({noted: z.literal(true)});

/** Running ones and those that ended last, the oldest first. */
export const jobsParams = nothing;
export const jobsResult = z.strictObject({jobs: z.array(job)});

/** What it has put back stays in the queue. */
export const cancelJobParams = z.strictObject({job_id: z.string().min(1).max(64), ...accountable});
export const cancelJobResult = z.strictObject({
	/** `false`: it had ended before. */
	cancelled: z.boolean(),
	job,
});
