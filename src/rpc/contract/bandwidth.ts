import {z} from 'zod';
import {accountable, count, peerId, timestamp} from './fields.js';

/** One limiter: of one peer, or the total. Byte figures count what goes over the wire. */
export const bandwidth = z
	.strictObject({
		/** Neither a rate nor a quota. */
		unlimited: z.boolean(),
		/** 0 = unlimited. */
		bytes_per_second: count,
		/** Per rolling 24 hours; 0 = unlimited. */
		daily_quota_bytes: count,
		/** What went over the wire in the last seconds, headers and retries included. */
		wire_bytes_per_second_now: z.number().nonnegative(),
		/** `null` without a rate. Below 0 while a debt is paid off. */
		available_tokens: z.int().nullable(),
		/** `null` without a rate. */
		burst_bytes: count.nullable(),
		/** In the last 24 hours, what is being sent now with the most it may come to. */
		daily_used_bytes: count,
		/** When the quota is spent at the pace of the last hour; `null`: not within a day, or there is none. */
		quota_exhausted_at: timestamp.nullable(),
		/** Of a quota that is spent: when some of it returns. */
		quota_returns_at: timestamp.nullable(),
		/** Sends that had to wait for tokens, since the start. */
		throttle_count: count,
		/** Times a peer's queue had to wait for budget; kept over restarts. */
		quota_defer_count: count,
		/** Records buried as `QUOTA`, whatever became of them; kept over restarts. */
		quota_drop_count: count,
		/** `window`: the rate is that of the window that is open. `override`: set live, and stronger than both until it is reset. */
		source: z.enum(['file', 'window', 'override']),
	})
	.meta({id: 'Bandwidth'});

/** Either figure alone leaves the other as it is; `reset` returns to the file's values. Kept over restarts. */
export const setBandwidthParams = z
	.strictObject({
		bytes_per_second: count.optional(),
		daily_quota_bytes: count.optional(),
		/** The total when absent. */
		peer_id: peerId.optional(),
		reset: z.boolean().optional(),
		...accountable,
	})
	.refine(({bytes_per_second, daily_quota_bytes, reset}) => {
		const figures = bytes_per_second !== undefined || daily_quota_bytes !== undefined;
		return reset === true ? !figures : figures;
	}, 'give bytes_per_second, daily_quota_bytes or both; or reset alone');
export const setBandwidthResult = z.strictObject({applied: z.literal(true), bandwidth});

export type WireBandwidth = z.output<typeof bandwidth>;
