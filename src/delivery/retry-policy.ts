import type {PeerId} from '../outbound/names.js';
import type {LeaseNo} from '../outbound/units.js';
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

/**
 * How long a segment waits after its charged failure number `failures` (1 for the first), which came in `lease`. What failed
 * together waits alike: the store keeps it as one group, and it is sent together again.
 */
export const retryDelayMs = (policy: RetryPolicy, lease: LeaseNo, failures: number): number => {
	const delayMs = Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (failures - 1));
	return Math.round(spreadDelay(delayMs, policy.nodeId, policy.peerId, String(lease)));
};
