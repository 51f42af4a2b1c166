import {bytes, choice, field, seconds, wholeNumber} from './field.js';
import type {Section, SectionOf} from './section.js';

/** Above any link, and still exact as a number. */
const MAX_BYTES = 2 ** 50;
/** 0 is unlimited, for a rate and for a quota. */
export const byteLimit = bytes({min: 0, max: MAX_BYTES});

const fields = {
	/** For all peers together; 0 is unlimited. */
	bytesPerSecond: field('bytes_per_second', byteLimit, 0),
	/** How much an idle link may save up, as a time at the full rate. */
	burstMs: field('burst_seconds', seconds({min: 0.001, max: 60}), 0.1),
	/** Over 24 rolling hours; 0 is unlimited. */
	dailyQuotaBytes: field('daily_quota_bytes', byteLimit, 0),
	/** What happens to records beyond the quota: they wait, or they are buried as `QUOTA`. */
	quotaPolicy: field('quota_policy', choice(['defer', 'deadletter']), 'defer'),
	/** The share of the quota that only `urgent` may use. */
	quotaReservePercent: field('quota_reserve_percent', wholeNumber({min: 0, max: 100}), 0),
} as const;

export type BandwidthConfig = SectionOf<typeof fields>;

export const bandwidthSection: Section<typeof fields> = {fields};
