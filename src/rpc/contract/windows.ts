import {z} from 'zod';
import {count, timestamp} from './fields.js';

/** The windows of one peer. The first that is open says which rate holds. */
export const windows = z
	.strictObject({
		peer_id: z.string(),
		/** It may be sent to. After an opening the lane waits up to a minute more, each device its own time. */
		open: z.boolean(),
		/** Of the window that is open; 0 = the peer's own rate. */
		bytes_per_second: count,
		/** `null`: nothing changes within two weeks. */
		next_change: z
			.strictObject({
				at: timestamp,
				open: z.boolean(),
				bytes_per_second: count,
			})
			.nullable(),
		/** In the order of the file. */
		windows: z.array(
			z.strictObject({
				days: z.array(z.string()),
				/** Local time. */
				start: z.string(),
				end: z.string(),
				timezone: z.string(),
				bytes_per_second: count,
				/** The local time lies in it. */
				open: z.boolean(),
			}),
		),
	})
	.meta({id: 'Windows'});

export type WireWindows = z.output<typeof windows>;
