import {z} from 'zod';
import {accountable, count, peerId} from './fields.js';

/** One lane, or all of them. */
const lanesParams = z.strictObject({peer_id: peerId.optional(), ...accountable});

/** How far the lanes asked for have come. All three verbs may be repeated: nothing changes twice. */
const lanesResult = z.strictObject({
	/** Peers that are paused now, whoever asked. */
	paused: z.array(z.string()),
	/** Peers that take no new segments and finish their queue. */
	draining: z.array(z.string()),
	/** Records in leases. */
	inflight: count,
	/** Records left that wait: scheduled and failed. */
	scheduled: count,
	/** After a pause: no lease is open. After a drain: nothing is left. After a resume: true. */
	done: z.boolean(),
});

/** Leases finish, none is started. Kept over restarts. */
export const pauseParams = lanesParams.extend({
	/** Ends what is being sent: it goes back, no attempt is counted, and is sent again from its beginning. */
	end_sends: z.boolean().optional(),
});
export const pauseResult = lanesResult;
/** Ends pause and drain. */
export const resumeParams = lanesParams;
export const resumeResult = lanesResult;
/** New segments are refused with `DRAINING` until resume; what waits is delivered. Kept over restarts. */
export const drainParams = lanesParams;
export const drainResult = lanesResult;
