import type {Door} from './caller.js';

const MIB = 1024 * 1024;

/** Bytes of one line, without its end, on the operator's socket. A longer line is answered with one error and the connection closed. */
export const MAX_LINE_BYTES = 8 * MIB;
/** Bytes of one reply line that a client takes; only a server gone wrong would send more. */
export const MAX_REPLY_BYTES = 64 * MIB;
export type DoorLimits = {
	/** A connection above this gets one error line (`BUSY`) and is closed. */
	readonly connections: number;
	readonly lineBytes: number;
	/** Requests of one connection that may wait for their answer; then reading stops until one is answered. */
	readonly waitingRequests: number;
	/** Of one connection. */
	readonly subscriptions: number;
};
/** Each socket has its own: nobody on one takes a place on the other. Who only looks sends short lines and needs little kept for him. */
export const DOOR_LIMITS: Readonly<Record<Door, DoorLimits>> = {
	rpc: {connections: 64, lineBytes: MAX_LINE_BYTES, waitingRequests: 256, subscriptions: 16},
	status: {connections: 32, lineBytes: 64 * 1024, waitingRequests: 16, subscriptions: 2},
};
/** Requests in one batch; a longer batch is answered with one error. */
export const MAX_BATCH = 256;
/** Bytes of the lines that wait for their answer; the same holds as for their number. */
export const MAX_WAITING_BYTES = 2 * MAX_LINE_BYTES;
/** Unsent reply bytes of one connection above which no further request of it is begun. */
export const MAX_UNSENT_BYTES = 1 * MIB;
/** Events that one subscription keeps for a reader that is slow; what comes behind them is counted, not kept. */
export const MAX_QUEUED_EVENTS = 256;
export const MAX_QUEUED_EVENT_CHARS = 256 * 1024;
/** Unsent bytes of one connection above which no event is sent: replies have room left. */
export const MAX_UNSENT_EVENT_BYTES = 64 * 1024;
/** Segments in one `relay.enqueue`. */
export const MAX_SEGMENTS_PER_CALL = 4096;
/** Payload bytes that `relay.inspect` gives inline; a larger payload comes from the ingest socket. */
export const MAX_INLINE_PAYLOAD_BYTES = 5 * MIB;
/** Records in one page of a listing. */
export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 50;
/** Of a payload that an operator wants to have a look at. */
export const MAX_HEAD_BYTES = 65_536;
