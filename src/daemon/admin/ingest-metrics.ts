import type {IngestServer} from '../../ingest/server.js';
import type {Metric} from './metrics.js';
import {byCode} from './relay-metrics.js';

/** What concerns the HTTP door alone. */
export const ingestMetrics = (ingest: Pick<IngestServer, 'counters' | 'usage'>): readonly Metric[] => [
	single('edged_ingest_received_bytes_total', 'Bytes of bodies received.', 'counter', () => {
		return ingest.counters.receivedBytes;
	}),
	single('edged_ingest_rejected_segments_total', 'Segments refused one by one.', 'counter', () => {
		return ingest.counters.rejected;
	}),
	single('edged_ingest_refused_senders_total', 'Connections refused by TLS or by name.', 'counter', () => {
		return ingest.counters.refusedSenders;
	}),
	single('edged_ingest_buffer_waits_total', 'Times reading stopped for want of buffers.', 'counter', () => {
		return ingest.counters.bufferWaits;
	}),
	single('edged_ingest_buffered_bytes', 'Bytes of bodies held in memory.', 'gauge', () => {
		return ingest.usage.bufferedBytes;
	}),
	single('edged_ingest_connections', 'Open connections.', 'gauge', () => ingest.usage.connections),
	single(
		'edged_ingest_dropped_connections_total',
		'Connections closed at once: too many were open.',
		'counter',
		() => ingest.counters.droppedConnections,
	),
	single(
		'edged_ingest_displaced_connections_total',
		'Silent connections closed to make room.',
		'counter',
		() => ingest.counters.displacedConnections,
	),
	{
		name: 'edged_ingest_refusals_total',
		help: 'Whole calls refused, by code.',
		kind: 'counter',
		labels: ['code'],
		read: () => byCode(ingest.counters.refusals),
	},
];

const single = (name: string, help: string, kind: Metric['kind'], read: () => number): Metric => ({
	name,
	help,
	kind,
	labels: [],
	read: () => [{value: read()}],
});
