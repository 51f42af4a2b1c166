import {days, field, filePath, optional} from './field.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** Where the audit trail is kept; `undefined` is the daemon's choice: `audit` in its state directory. */
	dir: optional('dir', filePath),
	retentionMs: field('retention_days', days({min: 1, max: 3650}), 90),
} as const;

export type AuditConfig = SectionOf<typeof fields>;

export const auditSection: Section<typeof fields> = {fields};
