/** What the data plane has seen since the start; only ever goes up. Read by the metrics, written here. */
export type IngestCounters = {
	/** Segments made durable. */
	accepted: number;
	/** Segments that were known already. */
	duplicate: number;
	/** Segments of requests that were refused on their own. */
	rejected: number;
	/** Payload bytes of accepted segments. */
	acceptedBytes: number;
	/** Bytes of bodies, whatever became of them. */
	receivedBytes: number;
	/** Connections that TLS or the list of senders refused. */
	refusedSenders: number;
	/** Connections that were closed at once because too many are open. */
	droppedConnections: number;
	/** Connections that had to leave their place to newcomers, because they did not use it. */
	displacedConnections: number;
	/** Times that reading stopped because all buffers were in use. */
	bufferWaits: number;
	/** Whole calls that were refused, by code. */
	readonly refusals: Map<string, number>;
};

export const createCounters = (): IngestCounters => ({
	accepted: 0,
	duplicate: 0,
	rejected: 0,
	acceptedBytes: 0,
	receivedBytes: 0,
	refusedSenders: 0,
	droppedConnections: 0,
	displacedConnections: 0,
	bufferWaits: 0,
	refusals: new Map(),
});

export const countRefusal = ({refusals}: IngestCounters, code: string): void => {
	refusals.set(code, (refusals.get(code) ?? 0) + 1);
};
