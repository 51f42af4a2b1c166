import type {Readable} from 'node:stream';

/** The daemon's ingest socket, where payloads of any size go in and come out (docs/formats.md, HTTP ingest). */
export type IngestDoor = {
	/**
	 * Resolves once the segment is durable. Throws `EdgedError` for a refusal, `DaemonUnreachable` when the connection broke: then the
	 * daemon may have the segment or not. Payloads in memory may overlap and are taken in the order of the calls; a stream
	 * waits until nothing is in flight.
	 */
	send(payload: Payload, metadata: Metadata): Promise<SegmentAnswer>;
	/** The payload of a segment. Throws `EdgedError` (`NOT_FOUND`, `SEGMENT_MISSING`) or `DaemonUnreachable`. */
	fetch(segmentId: string, signal: AbortSignal): Promise<Readable>;
	/** Drops what is in flight. */
	close(): Promise<void>;
};

export type Payload =
	| {readonly kind: 'bytes'; readonly bytes: Buffer}
	/** `byteLength` is `undefined` when only the end will tell. */
	| {readonly kind: 'stream'; readonly stream: Readable; readonly byteLength: number | undefined};

export type Metadata = {
	readonly segmentId?: string;
	readonly peers: readonly string[];
	readonly priority?: string;
	readonly expiresInSeconds?: number;
	readonly labels: ReadonlyArray<{readonly name: string; readonly value: string}>;
	readonly contentType: string;
};

/** As the daemon wrote it; further fields are passed on. */
export type SegmentAnswer = {
	readonly segment_id: string;
	readonly status: 'accepted' | 'duplicate';
	readonly durability: string;
	readonly note?: string;
};
