import {z} from 'zod';
import {count, peerId, seconds, timestamp} from './fields.js';

const amount = z.strictObject({
	records: count,
	/** Of payload. */
	bytes: count,
});

const ageShape = z
	.strictObject({
		...amount.shape,
		/** One more than there are borders: younger than the first, than the second, ..., and older than all. */
		buckets: z.array(amount),
	})
	.meta({id: 'AgeShape'});

export const shapeParams = z.strictObject({
	/** All peers when absent. */
	peer_id: peerId.optional(),
});

export const shapeResult = z.strictObject({
	/** Ages since the enqueue, ascending. */
	borders_seconds: z.array(seconds),
	/** Of what waits, is being sent or held: scheduled, inflight and failed records. */
	peers: z.array(z.strictObject({peer_id: z.string(), ...ageShape.shape})),
	/** Of these peers. */
	total: ageShape,
	queried_at: timestamp,
});

export type WireShape = z.output<typeof shapeResult>;
export type WireAgeShape = z.output<typeof ageShape>;
