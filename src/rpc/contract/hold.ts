import {z} from 'zod';
import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {accountable, anyTimestamp, count, peerId, segmentId} from './fields.js';
import {labelFilter} from './record.js';

const common = {
	/** Changes nothing and says what would be. */
	dry_run: z.boolean().optional(),
	...accountable,
};
/** Without `peer_id` all that the segment waits for. `all` marks the other form, the selector. */
const one = {segment_id: segmentId, peer_id: peerId.optional(), all: z.literal(false).optional(), ...common};
/** What narrows `all` down, whatever is done to what waits. */
export const waitingFilter = {
	priority: z.enum(PRIORITIES).optional(),
	label: labelFilter.optional(),
	/** Enqueued at this time or later; deadletters: buried. */
	since: anyTimestamp.optional(),
	/** Enqueued before this time; deadletters: buried. */
	before: anyTimestamp.optional(),
	/** `scheduled` and `failed` with what is held of them. */
	state: z.enum(['scheduled', 'failed', 'held']).optional(),
};
/** Everything that waits when it is called and that the filter lets through. */
const selector = {
	all: z.literal(true),
	peer_id: peerId.optional(),
	...waitingFilter,
	/** At most so many; then the answer carries `next_cursor`. */
	limit: z.int().positive().optional(),
	cursor: z.string().min(1).max(1024).optional(),
	...common,
};
const params = z.discriminatedUnion('all', [z.strictObject(one), z.strictObject(selector)]);

const rest = {
	refused: count,
	/** How many of the refused and why; absent when none was. */
	refused_because: z
		.strictObject({
			being_sent: count.optional(),
			/** The peer it should go to has it, or had it. */
			has_it: count.optional(),
			/** A deadletter without its payload. */
			payload_gone: count.optional(),
			/** It could never be sent within the daily quota. */
			too_large: count.optional(),
		})
		.optional(),
	/** Give it back as `cursor`, with the same filter, to go on; absent when nothing is left. */
	next_cursor: z.string().optional(),
};

/** Neither sent nor expired until released. What is held already is not counted again. */
export const holdParams = params;
export const holdResult = z.strictObject({dry_run: z.boolean(), held: count, ...rest});
/** In the old place, with what was left of the lifetime. */
export const releaseParams = params;
export const releaseResult = z.strictObject({dry_run: z.boolean(), released: count, ...rest});

/** In the order of enqueues of the class that they come to. */
const to = {to: z.enum(PRIORITIES)};
export const setPriorityParams = z.discriminatedUnion('all', [
	z.strictObject({...one, ...to}),
	z.strictObject({...selector, ...to}),
]);
export const setPriorityResult = z.strictObject({dry_run: z.boolean(), reprioritised: count, ...rest});

/** From `peer_id` to `to_peer_id`, waiting records and single deadletters; with `state: "deadletter"` all that are dead. */
const moved = {peer_id: peerId, to_peer_id: peerId};
export const moveParams = z.discriminatedUnion('all', [
	z.strictObject({...one, ...moved}),
	z.strictObject({
		...selector,
		...moved,
		state: z.enum(['scheduled', 'failed', 'held', 'deadletter']).optional(),
		/** Deadletters: only those that were buried for this. */
		buried_for: z.enum(DEADLETTER_REASONS).optional(),
	}),
]);
export const MOVE_REFUSALS = [
	'NOT_FOUND',
	'UNKNOWN_PEER',
	'INVALID_STATE',
	'SEGMENT_MISSING',
	'TOO_LARGE',
	'DRAINING',
] as const;
export const moveResult = z.strictObject({dry_run: z.boolean(), moved: count, ...rest});

/** Buried as `EXPIRED` now. A selector takes what is held only with `state: "held"`. */
export const expireParams = params;
export const expireResult = z.strictObject({dry_run: z.boolean(), expired: count, ...rest});
