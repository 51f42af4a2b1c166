import {z} from 'zod';
import {
	RELAY_STRATEGIES,
	RELAY_TARGETS,
	ROLLBACK_ID_PATTERN,
	ROLLBACK_TARGETS,
} from '../../outbound/rollback.js';
import {count, operator, peerId, reason, segmentId, timestamp} from './fields.js';

const rollbackId = z.string().regex(ROLLBACK_ID_PATTERN, 'must be as rollback.execute gave it: rb-...');
const relayTarget = z.enum(RELAY_TARGETS);
const strategy = z.enum([...RELAY_STRATEGIES.relay_suspend, ...RELAY_STRATEGIES.relay_deadletter]);

/** A rate, the mode of a lane, or records. */
const what = z.enum(['rate', 'lane', 'records']);
/** Of a peer, or of all together (`null`). */
const ofPeer = {peer_id: z.string().nullable()};

export const rollbackChange = z
	.strictObject({
		what,
		...ofPeer,
		/** How it is, in words: `unlimited (file)`, `running`, `waiting`. */
		from: z.string(),
		to: z.string(),
		/** Of `records`: how many. */
		records: count.optional(),
	})
	.meta({id: 'RollbackChange'});
export type WireRollbackChange = z.output<typeof rollbackChange>;

export const keptRollback = z
	.strictObject({
		rollback_id: z.string(),
		target: relayTarget,
		strategy,
		...ofPeer,
		segment_id: z.string().nullable(),
		executed_at: timestamp,
		operator: z.string().nullable(),
		reason: z.string(),
		/** Something is left that an undo would restore. */
		can_undo: z.boolean(),
		/** `null`: not, or not all of it. */
		undone_at: timestamp.nullable(),
	})
	.meta({id: 'Rollback'});
export type WireRollback = z.output<typeof keptRollback>;

const resource = {segment_id: segmentId.optional(), peer_id: peerId.optional()};

/** Changes nothing. Of a target of the control plane only what is known of it. */
export const previewParams = z.strictObject({target: z.enum(ROLLBACK_TARGETS), ...resource});
export const previewResult = z.strictObject({
	target: z.enum(ROLLBACK_TARGETS),
	safety_class: z.string(),
	/** `--undo` restores exactly. */
	reversible: z.boolean(),
	orchestrated: z.boolean(),
	executed_by: z.enum(['edgectl', 'autonomy']),
	resource: z.string(),
	valid_strategies: z.array(z.string()),
	strategies: z.array(
		z.strictObject({name: z.string(), does: z.string(), reversible: z.boolean(), undo: z.string()}),
	),
	triggers: z.array(z.string()),
	limitations: z.array(z.string()),
	manual_path: z.string(),
	/** What each strategy would change if it were executed now; `null` where edged does not do it. */
	now: z
		.strictObject({
			changes: z.array(rollbackChange.extend({strategy})),
			/** Of this target, the newest first. */
			rollbacks: z.array(keptRollback),
			queried_at: timestamp,
		})
		.nullable(),
});
export type WirePreview = z.output<typeof previewResult>;

const named = {operator: operator.optional(), reason};

/** With `segment_id` goes `peer_id`. */
export const executeParams = z.discriminatedUnion('target', [
	z.strictObject({
		target: z.literal('relay_suspend'),
		strategy: z.enum(RELAY_STRATEGIES.relay_suspend),
		/** Else all together. */
		peer_id: peerId.optional(),
		...named,
	}),
	z.strictObject({
		target: z.literal('relay_deadletter'),
		strategy: z.enum(RELAY_STRATEGIES.relay_deadletter),
		/** Else all of the peer that the strategy is for. */
		segment_id: segmentId.optional(),
		peer_id: peerId,
		/** A purge is refused without it. */
		force: z.boolean().optional(),
		...named,
	}),
]);
export const executeResult = z.strictObject({
	rollback_id: z.string(),
	target: relayTarget,
	strategy,
	/** By `rollback.undo`. */
	reversible: z.boolean(),
	/** What was changed; empty when all was so already. */
	changes: z.array(rollbackChange),
	/** Of `relay_deadletter`: matched, but could not be done: the payload is gone, or it is being sent. */
	refused: count,
});

export const undoParams = z.strictObject({
	rollback_id: rollbackId,
	operator: operator.optional(),
	reason: reason.optional(),
});
export const undoResult = z.strictObject({
	rollback_id: z.string(),
	target: relayTarget,
	strategy,
	/** `false`: it was undone before, and nothing changed. */
	undone: z.boolean(),
	undone_at: timestamp.nullable(),
	restored: z.array(rollbackChange),
	/** What is not as it was, because somebody has changed it since. */
	left: z.array(z.strictObject({what, ...ofPeer, why: z.string()})),
});
