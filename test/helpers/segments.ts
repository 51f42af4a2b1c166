import {createHash} from 'node:crypto';
import type {SendContext} from '../../src/delivery/transport.js';
import type {Lease, LeasedPayloads} from '../../src/storage/store.js';
import {type EntryDraft, leaseOf} from './leases.js';

export type Segment = {readonly id: string; readonly bytes: Uint8Array} & Partial<EntryDraft>;

/** A lease with real payloads and their digests. */
export const segmentsLease = (
	segments: readonly Segment[],
): {readonly lease: Lease; readonly payloads: LeasedPayloads} => ({
	lease: leaseOf(
		segments.map(({bytes, ...rest}) => ({
			...rest,
			sizeBytes: bytes.length,
			sha256: createHash('sha256').update(bytes).digest(),
		})),
	),
	payloads: {read: index => segments[index]?.bytes ?? 'missing', frame: () => undefined},
});

/** Lets everything through, and remembers what was written. */
export const freeContext = (signal: AbortSignal = new AbortController().signal) => {
	const context = {
		signal,
		paced: 0,
		written: 0,
		pace(bytes: number): number | Promise<number> {
			context.paced += bytes;
			return bytes;
		},
		wrote(bytes: number) {
			context.written += bytes;
		},
	};
	return context satisfies SendContext;
};
