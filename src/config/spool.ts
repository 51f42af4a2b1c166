import {filePath, optional} from './field.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** Files moved in here become segments; `undefined` turns the spool off. */
	dir: optional('dir', filePath),
} as const;

export type SpoolConfig = SectionOf<typeof fields>;

export const spoolSection: Section<typeof fields> = {fields};
