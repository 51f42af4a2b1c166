const MIB = 1024 * 1024;

/** Bytes of one line, without its end. A longer line is answered with one error and the connection closed. */
export const MAX_LINE_BYTES = 8 * MIB;
/** Bytes of one reply line that a client takes; only a server gone wrong would send more. */
export const MAX_REPLY_BYTES = 64 * MIB;
/** A connection above this gets one error line (`BUSY`) and is closed. */
export const MAX_CONNECTIONS = 64;
/** Requests of one connection that may wait for their answer; then reading stops until one is answered. */
export const MAX_WAITING_REQUESTS = 256;
/** Requests in one batch; a longer batch is answered with one error. */
export const MAX_BATCH = 256;
/** Bytes of the lines they came in; the same holds. */
export const MAX_WAITING_BYTES = 2 * MAX_LINE_BYTES;
/** Unsent reply bytes of one connection above which no further request of it is begun. */
export const MAX_UNSENT_BYTES = 1 * MIB;
/** Subscriptions of one connection. */
export const MAX_SUBSCRIPTIONS = 16;
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
