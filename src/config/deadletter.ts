import {byteLimit} from './bandwidth.js';
import {days, field} from './field.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** Deadletters that were dead so long are removed for good; 0 keeps them. */
	retentionMs: field('retention_days', days({min: 0, max: 3650}), 0),
	/** Of their payloads: the longest dead are removed above it; 0 keeps them. */
	retentionBytes: field('retention_bytes', byteLimit, 0),
} as const;

export type DeadletterConfig = SectionOf<typeof fields>;

export const deadletterSection: Section<typeof fields> = {fields};
