import {z} from 'zod';
import {bandwidth} from './bandwidth.js';
import {count, nothing, seconds, timestamp} from './fields.js';
import {queueDepth} from './record.js';

/** The foremost fact about a lane: what keeps it from sending now, or `up`. `unknown`: nothing was tried yet. */
export const LINKS = [
	'unknown',
	'up',
	'probing',
	'down',
	'throttled',
	/** The daily quota is spent, or what goes next does not fit. */
	'quota',
	'closed',
	'paused',
	'orphaned',
] as const;

/** Of segments that break requests. The link may be `up` all the while. */
export const suspicion = z
	.strictObject({
		/** A segment that breaks requests is being searched among so many. */
		suspects: count,
		/** So many segments broke alone and are kept aside until something proves the peer well. */
		alone: count,
	})
	.meta({id: 'Suspicion'});

const dailyQuota = bandwidth
	.pick({
		daily_quota_bytes: true,
		daily_used_bytes: true,
		quota_exhausted_at: true,
		quota_returns_at: true,
	})
	.meta({id: 'DailyQuota'});

const peerStatus = z
	.strictObject({
		peer_id: z.string(),
		link: z.enum(LINKS),
		paused: z.boolean(),
		draining: z.boolean(),
		queue_depth: queueDepth,
		/** Payload of what is scheduled, failed or inflight. */
		waiting_bytes: count,
		/** Payload of what is being sent, and how much of it has left. */
		sending: z.strictObject({bytes: count, sent_bytes: count}),
		oldest_scheduled_at: timestamp.nullable(),
		last_ack_at: timestamp.nullable(),
		last_error: z.string().nullable(),
		/** Of the link, since it was last well. */
		consecutive_failures: count,
		/** When the lane looks again by itself. */
		next_attempt_at: timestamp.nullable(),
		/** While `closed`, or paused outside its windows: when the next window opens. */
		opens_at: timestamp.nullable(),
		/** While its windows are open: when they close, if nothing else changes before. */
		closes_at: timestamp.nullable(),
		/** Acknowledged payload, averaged over about 10 s. */
		bytes_per_second_now: z.number().nonnegative(),
		/** What went over the wire in the last seconds, headers and retries included. */
		wire_bytes_per_second_now: z.number().nonnegative(),
		/** In force now: the lower of the peer's own, or that of its open window, and the total; 0 = unlimited. */
		rate_limit_bytes_per_second: count,
		/** `null` when nothing moves, or not before the window changes or a quota is spent. */
		eta_seconds: seconds.nullable(),
		/** The peer's own, as in `Bandwidth`; `null` without one. */
		daily_quota: dailyQuota.nullable(),
		suspicion,
	})
	.meta({id: 'PeerStatus'});

const storage = z
	.strictObject({
		live_bytes: count,
		ceiling_bytes: count,
		/** Size of the database file. */
		file_bytes: count,
		/** Free on its file system. */
		free_bytes: count,
		state: z.enum(['ok', 'warning', 'full', 'degraded']),
		/** The check of the whole store that runs in the background once a week. */
		check: z.strictObject({
			state: z.enum(['running', 'waiting']),
			/** Of the check under way, or the last. */
			checked_bytes: count,
			completed_at: timestamp.nullable(),
		}),
		/** Since the start: damaged rows that were put right, and records buried as `CORRUPT` with them. */
		damage: z.strictObject({rows: count, buried_records: count}),
	})
	.meta({id: 'Storage'});

export const statusParams = nothing;
export const statusResult = z.strictObject({
	/** `false`: edged relays nothing, because no peer is configured. */
	enabled: z.boolean(),
	workers: count,
	/** `all_peers`, `one_peer` or a number. */
	success_condition: z.string(),
	queue_depth: queueDepth,
	bandwidth,
	storage,
	peers: z.array(peerStatus),
	/** Paced retries of deadletters; absent while none runs. */
	replays: z
		.array(
			z.strictObject({
				job_id: z.string(),
				left: count,
				matched: count,
				rate_per_second: z.number(),
				eta_seconds: seconds,
			}),
		)
		.optional(),
	queried_at: timestamp,
});

export type WirePeerStatus = z.output<typeof peerStatus>;
export type WireStorage = z.output<typeof storage>;
