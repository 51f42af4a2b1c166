import {z} from 'zod';
import type {LaneMode} from '../../delivery/lane-snapshot.js';
import type {PeerId, SegmentId} from '../../outbound/names.js';
import {RELAY_STRATEGIES, RELAY_TARGETS} from '../../outbound/rollback.js';
import type {EpochMs} from '../../outbound/units.js';

const mode: z.ZodType<LaneMode> = z.strictObject({paused: z.boolean(), draining: z.boolean()});
const peer = z.string() as unknown as z.ZodType<PeerId>;
const time = z.int() as unknown as z.ZodType<EpochMs>;

const rate = z.strictObject({
	kind: z.literal('rate'),
	/** `null`: the total. */
	peer: peer.nullable(),
	/** The rate that was set live; `null`: none, that of the file or of a window held. */
	from: z.int().nonnegative().nullable(),
	to: z.int().nonnegative(),
	restored: z.boolean(),
});
const lane = z.strictObject({kind: z.literal('lane'), peer, from: mode, to: mode, restored: z.boolean()});

const row = z.strictObject({
	/** Of all rollbacks there ever were: which came later. */
	seq: z.int().positive(),
	id: z.string(),
	target: z.enum(RELAY_TARGETS),
	strategy: z.enum([...RELAY_STRATEGIES.relay_suspend, ...RELAY_STRATEGIES.relay_deadletter]),
	peer: peer.nullable(),
	segment: (z.string() as unknown as z.ZodType<SegmentId>).nullable(),
	executedAt: time,
	operator: z.string().nullable(),
	reason: z.string(),
	/** Everything that was changed and can be given back. */
	items: z.array(z.discriminatedUnion('kind', [rate, lane])),
	undoneAt: time.nullable(),
});

/** What is kept of a rollback: enough to undo it. */
export type RollbackRow = z.output<typeof row>;
export type RollbackItem = RollbackRow['items'][number];
export type RateItem = z.output<typeof rate>;
export type LaneItem = z.output<typeof lane>;

/** A setting that is not what edged writes counts as none. */
export const readRollbackRow = (value: unknown): RollbackRow | undefined => row.safeParse(value).data;

/** Not given back yet. */
export const pendingItems = ({items}: RollbackRow): readonly RollbackItem[] =>
	items.filter(({restored}) => !restored);

/** With `restored` given back. */
export const withRestored = (
	kept: RollbackRow,
	restored: ReadonlySet<RollbackItem>,
	now: EpochMs,
): RollbackRow => {
	const items = kept.items.map(item => (restored.has(item) ? {...item, restored: true} : item));
	return {...kept, items, undoneAt: items.every(item => item.restored) ? now : kept.undoneAt};
};
