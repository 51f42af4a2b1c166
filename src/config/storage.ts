import {formatByteSize, GIB, MIB} from './byte-size.js';
import {bytes, choice, days, field, seconds, wholeNumber} from './field.js';
import type {Section, SectionOf} from './section.js';

/** A payload is read and sent in chunks, but its table entry and one copy of it must fit wherever it passes. */
const HARD_SEGMENT_LIMIT_BYTES = 64 * MIB;
const TEN_YEARS_SECONDS = 3650 * 86_400;

const fields = {
	/** Bounds payloads and block tables; the file may be larger, for it holds other rows and free pages. */
	diskCeilingBytes: field('disk_ceiling_bytes', bytes({min: MIB, max: 1024 * 1024 * GIB}), '1 GiB'),
	/** What happens at the ceiling: producers are refused, or the oldest waiting block goes. */
	overflow: field('overflow', choice(['reject', 'evict_oldest']), 'reject'),
	maxSegmentBytes: field('max_segment_bytes', bytes({min: 1, max: HARD_SEGMENT_LIMIT_BYTES}), '16 MiB'),
	/** How long an acknowledged record can still be shown. */
	ackedRetentionMs: field('acked_retention_seconds', seconds({min: 0, max: TEN_YEARS_SECONDS}), 86_400),
	/** How long a payload outlives the purge of its last record. */
	orphanRetentionMs: field('orphan_retention_seconds', seconds({min: 0, max: TEN_YEARS_SECONDS}), 604_800),
	/** How long an id given by a producer is known again. */
	dedupWindowMs: field('dedup_window_seconds', seconds({min: 0, max: TEN_YEARS_SECONDS}), 86_400),
	dedupMaxEntries: field('dedup_max_entries', wholeNumber({min: 0, max: 1e9}), 1_000_000),
	/** The longest standstill that the wall clock is believed to have seen over a restart. */
	maxTrustedDowntimeMs: field('max_trusted_downtime_days', days({min: 0, max: 3650}), 30),
} as const;

export type StorageConfig = SectionOf<typeof fields>;

export const storageSection: Section<typeof fields> = {
	fields,
	check: ({diskCeilingBytes, maxSegmentBytes}) =>
		maxSegmentBytes <= diskCeilingBytes
			? []
			: [
					{
						name: 'maxSegmentBytes',
						message: `must not be above storage.disk_ceiling_bytes (${formatByteSize(diskCeilingBytes)})`,
					},
				],
};
