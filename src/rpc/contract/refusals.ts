import type {EdgedErrorCode} from '../../outbound/errors.js';

/** What each `data.code` of a refusal means, for the self-description. A new code does not compile until it is explained. */
export const REFUSALS: Readonly<Record<EdgedErrorCode, string>> = {
	INVALID_ARGUMENT:
		'parameters out of form; `data.issues` names each key at fault. The one with error code -32602',
	NOT_FOUND: 'the store does not know the segment, or not for this peer',
	UNKNOWN_PEER: 'the peer is not configured; or no peer is a default',
	INVALID_STATE: 'the record is in a state that the verb is not for; `data.state`',
	SEGMENT_MISSING: 'the payload is gone',
	CONFLICT: 'the id belongs to other bytes, or to the same bytes with another route',
	TOO_LARGE: 'above `storage.max_segment_bytes`; or a payload that does not fit into a reply',
	QUEUE_FULL: 'the store is at `storage.disk_ceiling_bytes`',
	STORAGE_FULL: 'the disk is full',
	STORAGE_FAILED: 'the store could not write, and the daemon is about to end',
	DRAINING: 'a peer of the route is drained',
	SHUTTING_DOWN: 'edged stops',
	BUSY: 'it starts, or all connections are taken, or all subscriptions of one',
	INVALID_CONFIG: 'what was asked does not go with the configuration',
	FORBIDDEN: 'the caller, or the socket it came by, may not do this',
};
