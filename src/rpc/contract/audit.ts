import {z} from 'zod';
import {CATEGORIES, OUTCOMES, SOURCES} from '../../outbound/audit-event.js';
import {accountable, anyTimestamp, count, timestamp} from './fields.js';

/** SHA-256 in hex. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const link = z.strictObject({
	/** Of the line. */
	seq: count,
	/** Of its bytes with the newline. */
	hash: digest,
});

export const auditLine = z
	.strictObject({
		/** Counts all lines there ever were. */
		seq: count,
		timestamp,
		event_name: z.string(),
		category: z.enum(CATEGORIES),
		action: z.string(),
		outcome: z.enum(OUTCOMES),
		/** Who says to have done it, else `uid:N`. */
		actor: z.string(),
		resource_type: z.string(),
		resource: z.string(),
		source: z.enum(SOURCES),
		fields: z.record(z.string(), z.unknown()),
		act: count.optional(),
		/** SHA-256 of the line before. */
		prev: digest,
	})
	.meta({id: 'AuditLine'});
export type WireAuditLine = z.output<typeof auditLine>;

/** Pages of at most so many. */
const MAX_AUDIT_PAGE = 1000;

export const auditQueryParams = z.strictObject({
	/** The whole name, such as `relay.paused`. */
	event_type: z.string().min(1).max(256).optional(),
	category: z.enum(CATEGORIES).optional(),
	actor: z.string().min(1).max(256).optional(),
	outcome: z.enum(OUTCOMES).optional(),
	source: z.enum(SOURCES).optional(),
	/** Both inclusive. */
	start_time: anyTimestamp.optional(),
	end_time: anyTimestamp.optional(),
	order: z.enum(['newest_first', 'oldest_first']).default('newest_first'),
	limit: z.int().min(1).max(MAX_AUDIT_PAGE).default(100),
	/** `next_cursor` of the page before, with the same filter. */
	cursor: z.string().min(1).max(64).optional(),
});
export const auditQueryResult = z.strictObject({
	events: z.array(auditLine),
	/** A page may be short, even empty, and still carry a cursor. */
	next_cursor: z.string().optional(),
	examined: count,
	/** Lines that are not what edged wrote: `edgectl audit verify` says which. */
	unreadable: count,
	/** What has the name of a day of the trail and is no file, such as a directory: nothing of it is in the answer. */
	not_files: z.array(z.strictObject({file: z.string(), what: z.string()})).optional(),
});

export const auditHeadParams = z.strictObject({});
/** Where the trail ends, as the store knows it: what is missing behind it was cut off. */
export const auditHeadResult = z.strictObject({
	directory: z.string(),
	head: link,
	/** Records that wait in the store because the trail cannot be written. */
	waiting: count,
	/** Why it cannot be written. */
	failure: z.string().optional(),
});

/** Removes whole files of days that lie further back. The rest of the chain still verifies: the record of the prune names the last line that went. */
export const auditPruneParams = z.strictObject({
	older_than_days: z.int().min(1).max(36_500),
	/** Removes nothing and says what would go. */
	dry_run: z.boolean().optional(),
	...accountable,
});
export const auditPruneResult = z.strictObject({
	dry_run: z.boolean(),
	/** Names of the files, oldest first. */
	files: z.array(z.string()),
	bytes: count,
	/** The last line that went; absent when none did. */
	after: link.optional(),
});
