import {z} from 'zod';
import {bandwidth} from './bandwidth.js';
import {count, nothing, seconds, timestamp} from './fields.js';
import {windows} from './windows.js';

export const configGetParams = nothing;
export const configGetResult = z.strictObject({
	enabled: z.boolean(),
	workers: count,
	/** `all_peers`, `one_peer` or a number. */
	success_condition: z.string(),
	dial_timeout_seconds: seconds,
	ack_timeout_seconds: seconds,
	/** The total. */
	bandwidth,
	/** Peers with a limit of their own, from the file or set live. */
	peers: z.array(z.strictObject({peer_id: z.string(), bandwidth})),
	/** Peers with windows, and what these say now. */
	windows: z.array(windows),
	/** The whole effective configuration under the names of the file, secrets taken out. */
	effective: z.record(z.string(), z.unknown()),
	queried_at: timestamp,
});
