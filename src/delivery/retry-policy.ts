import type {PeerId, SegmentId} from '../outbound/names.js';
import {spreadDelay} from './spread.js';

/** `[relay.retry]` as it applies to one peer. */
export type RetryPolicy = {
	/** The charged failure of this number buries. */
	readonly maxRetryCount: number;
	readonly backoffBaseMs: number;
	readonly backoffMaxMs: number;
	/** `hold`: trouble of the link or the peer is charged to nobody. `count`: it is charged to every segment it met. */
	readonly outagePolicy: 'hold' | 'count';
	readonly nodeId: string;
	readonly peerId: PeerId;
};

/** How long `segment` waits after its charged failure number `failures` (1 for the first). */
export const retryDelayMs = (policy: RetryPolicy, segment: SegmentId, failures: number): number => {
	const delayMs = Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (failures - 1));
	return Math.round(spreadDelay(delayMs, policy.nodeId, policy.peerId, segment));
};
