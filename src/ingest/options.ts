import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {SocketFile} from '../runtime/socket-file.js';
import type {OutboundStore, Route, StoreQuota} from '../storage/store.js';

/** The TLS listener for other edged. */
export type IngestListener = {
	/** Port 0 lets the kernel choose. */
	readonly address: {readonly host: string; readonly port: number};
	readonly certFile: string;
	readonly keyFile: string;
	/** Signs the senders' certificates. */
	readonly clientCaFile: string;
};

export type IngestOptions = {
	/** For producers on this machine. */
	readonly socket: SocketFile;
	/** `undefined`: only the Unix socket. */
	readonly listener: IngestListener | undefined;
	/** Names in certificates (URI SAN, else CN); empty lets in whoever the client CA has signed. */
	readonly allowedSenders: readonly string[];
	/** How many edged a segment may have passed, this one included. */
	readonly maxHops: number;
	/** Bounds what all bodies hold in memory; beyond it reading stops. */
	readonly maxBufferedBytes: number;
	readonly maxSegmentBytes: number;
	/** How fast one sender is read, over all its connections; 0 = unlimited. Programs of this machine are not paced. */
	readonly senderBytesPerSecond: number;
	/** Open at a time, for each door. */
	readonly maxConnections: {readonly local: number; readonly tls: number};
};

/** `stopping`: not even what was begun can be waited for. */
export type IngestState = 'starting' | 'running' | 'degraded' | 'draining' | 'stopping';

/** What the doors lead to. */
export type IngestBackend = {
	readonly store: Pick<OutboundStore, 'enqueue' | 'payload' | 'route'> & {
		readonly quota: Pick<StoreQuota, 'refusal'>;
	};
	/** Where a segment goes that names no peers; `undefined` when there is no such peer. */
	defaultRoute(): Route | undefined;
	/** Whether new segments are taken now. */
	accepting(): IngestState;
	readonly clock: Clock;
	readonly logger: Logger;
	/** Told of what must not happen: a bug. The caller has been answered 500. */
	onError(error: unknown): void;
};
