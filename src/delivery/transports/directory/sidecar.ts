import {formatTime} from '../../../runtime/clock.js';
import type {LeasedEntry} from '../../../storage/store.js';

/**
 * `<name>.meta.json`: what a reader of the directory should know of a segment. The same for every attempt, so it is compared and
 * not written again.
 */
export const sidecarOf = (entry: LeasedEntry): Uint8Array =>
	Buffer.from(
		`${JSON.stringify({
			segment_id: entry.segmentId,
			sha256: Buffer.from(entry.sha256).toString('hex'),
			size_bytes: entry.sizeBytes,
			content_type: entry.contentType ?? null,
			labels: entry.labels,
			priority: entry.priority,
			enqueued_at: formatTime(entry.enqueuedAt),
			hops: entry.hops,
		})}\n`,
	);

/** `same`: it describes these bytes. `orphan`: edged wrote it for other bytes under this id. `foreign`: edged did not write it. */
export const compareSidecar = (found: Uint8Array, entry: LeasedEntry): 'same' | 'orphan' | 'foreign' => {
	const {segment_id, sha256} = parse(found);
	if (segment_id !== entry.segmentId || typeof sha256 !== 'string') {
		return 'foreign';
	}
	return sha256 === Buffer.from(entry.sha256).toString('hex') ? 'same' : 'orphan';
};

const parse = (found: Uint8Array): {readonly segment_id?: unknown; readonly sha256?: unknown} => {
	try {
		const value: unknown = JSON.parse(Buffer.from(found).toString('utf8'));
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
};
