import type {QueueDepth} from '../../outbound/record.js';
import type {WireQueueDepth} from '../../rpc/contract/record.js';

export const depthView = (depth: QueueDepth): WireQueueDepth => ({
	scheduled: depth.scheduled,
	inflight: depth.inflight,
	acked: depth.acked,
	satisfied: depth.satisfied,
	failed: depth.failed,
	deadletter: depth.deadletter,
	held: depth.held,
	abandoned: depth.abandoned,
	total: depth.total,
});
