import type {CheckedConfig} from '../config/config.js';
import type {IngestOptions} from '../ingest/options.js';

/** The ingest socket has the mode and the group of the control socket: who may operate edged may feed it. */
export const ingestOptions = ({
	ingest,
	rpc,
	storage,
}: Pick<CheckedConfig, 'ingest' | 'rpc' | 'storage'>): IngestOptions => ({
	socket: {path: ingest.socket, ...socketAccess(rpc)},
	listener: ingest.listener,
	allowedSenders: ingest.allowedSenders,
	maxHops: ingest.maxHops,
	maxBufferedBytes: ingest.maxBufferedBytes,
	maxSegmentBytes: storage.maxSegmentBytes,
});

export const socketAccess = ({
	socketMode,
	socketGroup,
}: CheckedConfig['rpc']): {readonly mode: number; readonly group?: string} => ({
	mode: socketMode,
	...(socketGroup !== undefined && {group: socketGroup}),
});
