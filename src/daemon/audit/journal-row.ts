import {CHAIN_START, type Link} from '../../audit/line.js';
import type {AuditEvent} from '../../outbound/audit-event.js';
import type {OutboundStore} from '../../storage/store.js';

/** Of the row in the store; docs/formats.md. */
export const JOURNAL_SETTING = 'audit:journal';
const ACT_PREFIX = 'audit:act:';

/** Of the row of one act: the order of the names is that of the numbers. */
export const actSetting = (act: number): string => `${ACT_PREFIX}${String(act).padStart(16, '0')}`;

/** What the store knows of the trail as a whole. */
export type JournalRow = {
	/** The last line that is on disk, as far as the store was told; the trail may be a few lines ahead. */
	readonly head: Link;
	/** Where that line is. */
	readonly directory: string;
	/** The last number given. */
	readonly acts: number;
	/** Acts that went on though there was no room to note them, by the name of the event. */
	readonly unnoted: Readonly<Record<string, number>>;
	/** Set while edged runs: whoever finds it set at a start knows that the last run did not stop by itself. */
	readonly running: boolean;
};

/** An act that is not in the trail, as far as the store was told: `pending` when it was begun, else over and not written. */
export type NotedAct = AuditEvent & {readonly act: number};

export type Journal = {
	/** `undefined` in a store that has none yet. */
	readonly row: JournalRow | undefined;
	/** In the order in which they were begun. */
	readonly noted: readonly NotedAct[];
};

/** Of a store that has no such row yet. */
export const emptyJournal = (directory: string): JournalRow => ({
	head: CHAIN_START,
	directory,
	acts: 0,
	unnoted: {},
	running: false,
});

/** What the store has, also as edged wrote it before acts had rows of their own: all of them in the one row. */
export const readJournal = (
	store: Pick<OutboundStore, 'readSetting' | 'readSettings'>,
	directory: string,
): Journal => {
	const former = store.readSetting(JOURNAL_SETTING);
	const noted = [...inOneRow(former), ...store.readSettings(ACT_PREFIX).values()].filter(isNoted);
	const byAct = new Map(noted.map(event => [event.act, event]));
	return {
		row: readRow(former, directory),
		noted: [...byAct.values()].sort((one, other) => one.act - other.act),
	};
};

/** `undefined` for what is no such row; what is missing in one is as in an empty one. */
const readRow = (value: unknown, directory: string): JournalRow | undefined => {
	if (typeof value !== 'object' || value === null) {
		return undefined;
	}
	const row = {...emptyJournal(directory), ...(value as Partial<JournalRow>)};
	const isWhole =
		typeof row.head?.hash === 'string' &&
		Number.isSafeInteger(row.head.seq) &&
		Number.isSafeInteger(row.acts) &&
		typeof row.directory === 'string';
	return isWhole ? row : undefined;
};

const inOneRow = (value: unknown): readonly unknown[] => {
	const {open, late} = (value ?? {}) as {readonly open?: unknown; readonly late?: unknown};
	return [late, open].flatMap(events => (Array.isArray(events) ? events : []));
};

const isNoted = (value: unknown): value is NotedAct =>
	typeof value === 'object' &&
	value !== null &&
	Number.isSafeInteger((value as NotedAct).act) &&
	typeof (value as NotedAct).event_name === 'string';
