import type {CheckedConfig} from '../config/config.js';
import type {IngestOptions} from '../ingest/options.js';
import {connectionShares, openFileLimit} from './open-file-limit.js';

/** The ingest socket has the mode and the group of the control socket: who may operate edged may feed it. */
export const ingestOptions = ({
	ingest,
	rpc,
	storage,
	peers,
}: Pick<CheckedConfig, 'ingest' | 'rpc' | 'storage' | 'peers'>): IngestOptions => ({
	socket: {path: ingest.socket, ...socketAccess(rpc)},
	listener: ingest.listener,
	allowedSenders: ingest.allowedSenders,
	maxHops: ingest.maxHops,
	maxBufferedBytes: ingest.maxBufferedBytes,
	maxSegmentBytes: storage.maxSegmentBytes,
	senderBytesPerSecond: ingest.senderBytesPerSecond,
	maxConnections: connectionShares(openFileLimit(), peers.length),
});

export const socketAccess = ({
	socketMode,
	socketGroup,
}: CheckedConfig['rpc']): {readonly mode: number; readonly group?: string} => ({
	mode: socketMode,
	...(socketGroup !== undefined && {group: socketGroup}),
});
