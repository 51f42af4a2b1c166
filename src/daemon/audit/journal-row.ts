import {CHAIN_START, type Link} from '../../audit/line.js';
import type {AuditEvent} from '../../outbound/audit-event.js';

/** Of the row in the store; docs/formats.md. */
export const JOURNAL_SETTING = 'audit:journal';

/** What the store knows of the trail, in one row: the last line, and what was begun and is not in it yet. */
export type JournalRow = {
	/** The last line that is on disk, as far as the store was told; the trail may be a few lines ahead. */
	readonly head: Link;
	/** Where that line is. */
	readonly directory: string;
	/** The last number given. */
	readonly acts: number;
	/** Begun, and not known to be done: outcome `pending`. */
	readonly open: readonly AuditEvent[];
	/** Over, and not in the trail yet because it could not be written. */
	readonly late: readonly AuditEvent[];
	/** Acts that went on though there was no room to note them, by the name of the event. */
	readonly unnoted: Readonly<Record<string, number>>;
	/** Set while edged runs: whoever finds it set at a start knows that the last run did not stop by itself. */
	readonly running: boolean;
};

/** Of a store that has no such row yet. */
export const emptyJournal = (directory: string): JournalRow => ({
	head: CHAIN_START,
	directory,
	acts: 0,
	open: [],
	late: [],
	unnoted: {},
	running: false,
});

/** `undefined` for what is no such row; what is missing in one is as in an empty one. */
export const readJournalRow = (value: unknown, directory: string): JournalRow | undefined => {
	if (typeof value !== 'object' || value === null) {
		return undefined;
	}
	const row = {...emptyJournal(directory), ...(value as Partial<JournalRow>)};
	const isWhole =
		typeof row.head?.hash === 'string' &&
		Number.isSafeInteger(row.head.seq) &&
		Number.isSafeInteger(row.acts) &&
		Array.isArray(row.open) &&
		Array.isArray(row.late) &&
		typeof row.directory === 'string';
	return isWhole ? row : undefined;
};
