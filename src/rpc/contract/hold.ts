import {z} from 'zod';
import {PRIORITIES} from '../../outbound/priorities.js';
import {accountable, count, peerId, segmentId} from './fields.js';
import {labelFilter} from './record.js';

const common = {
	/** Changes nothing and says what would be. */
	dry_run: z.boolean().optional(),
	...accountable,
};
/** Without `peer_id` all that the segment waits for. `all` marks the other form, the selector. */
const one = {segment_id: segmentId, peer_id: peerId.optional(), all: z.literal(false).optional(), ...common};
/** Everything that waits when it is called and that the filter lets through. */
const selector = {
	all: z.literal(true),
	peer_id: peerId.optional(),
	priority: z.enum(PRIORITIES).optional(),
	label: labelFilter.optional(),
	/** At most so many; then the answer carries `next_cursor`. */
	limit: z.int().positive().optional(),
	cursor: z.string().min(1).max(1024).optional(),
	...common,
};
const params = z.discriminatedUnion('all', [z.strictObject(one), z.strictObject(selector)]);

const rest = {
	/** They are being sent. */
	refused: count,
	/** Give it back as `cursor`, with the same filter, to go on; absent when nothing is left. */
	next_cursor: z.string().optional(),
};

/** Neither sent nor expired until released. What is held already is not counted again. */
export const holdParams = params;
export const holdResult = z.strictObject({dry_run: z.boolean(), held: count, ...rest});
/** In the old place, with what was left of the lifetime. */
export const releaseParams = params;
export const releaseResult = z.strictObject({dry_run: z.boolean(), released: count, ...rest});
