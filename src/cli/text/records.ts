import type {WireRecord, WireRecordPage} from '../../rpc/contract/record.js';
import type {Output} from '../output.js';
import {type Column, columns, fitting, widthsOf} from './columns.js';
import {counted, grouped, humanBytes} from './numbers.js';
import type {Style, Tone} from './style.js';

/** `relay list`: a line a record, and how to see more. */
export const recordsText = (page: WireRecordPage, style: Style, width?: number): string[] => [
	...(page.records.length === 0
		? []
		: columns(fitting(RECORD_COLUMNS, page.records, width), page.records, style)),
	ending(page, 'record', 'records'),
	...more(page),
];

/** `relay deadletter list`: columns and last line as the reference has them, the reason behind them. */
export const deadlettersText = (page: WireRecordPage, style: Style, width?: number): string[] => [
	...columns(fitting(DEADLETTER_COLUMNS, page.records, width), page.records, style),
	ending(page, 'deadletter entry', 'deadletter entries'),
	...more(page),
];

export type Kind = 'record' | 'deadletter';

/** Records as they come, a line each under one heading; as JSON a document each. */
export class RecordLines {
	count = 0;
	readonly #output: Output;
	readonly #kind: Kind;
	#widths: readonly number[] = [];
	#table: ReadonlyArray<Column<WireRecord>> | undefined;

	constructor(output: Output, kind: Kind) {
		this.#output = output;
		this.#kind = kind;
	}

	add(records: readonly WireRecord[]): void {
		const {format, style, width} = this.#output;
		if (records.length === 0) {
			return;
		}
		// The first page says how wide the columns are; what is wider later shifts its own line alone.
		this.#table ??= fitting(COLUMNS_OF[this.#kind], records, width);
		const lines = format === 'json' ? [] : columns(this.#table, records, style, '', this.#widths);
		if (this.count === 0 && lines[0] !== undefined) {
			this.#output.item({}, lines[0]);
			this.#widths = widthsOf(this.#table, records);
		}
		for (const [at, record] of records.entries()) {
			this.#output.item(record, lines[at + 1] ?? '');
		}
		this.count += records.length;
	}

	end(): void {
		if (this.#output.format === 'text') {
			this.#output.item({}, counted(this.count, this.#kind));
		}
	}
}

const ending = ({records, total, next_cursor: next}: WireRecordPage, one: string, many: string): string => {
	const all = total ?? (next === undefined ? records.length : undefined);
	return all === undefined
		? `${counted(records.length, one, many)} shown, there are more`
		: `${counted(all, one, many)} (showing ${grouped(records.length)} of ${grouped(all)})`;
};

const more = ({next_cursor: next}: WireRecordPage): string[] =>
	next === undefined ? [] : [`next page: the same command with --cursor ${next}`];

const STATE_TONES: Readonly<Record<WireRecord['state'], Tone | undefined>> = {
	scheduled: undefined,
	inflight: 'strong',
	failed: 'warn',
	acked: 'good',
	satisfied: 'good',
	deadletter: 'bad',
};

const IDENTITY: ReadonlyArray<Column<WireRecord>> = [
	{title: 'SEGMENT-ID', cell: record => record.segment_id},
	{title: 'PEER-ID', cell: record => record.peer_id},
];

const ATTEMPTS: Column<WireRecord> = {
	title: 'ATTEMPTS',
	align: 'right',
	cell: record => grouped(record.attempts.length),
};

/** `2026-07-25T11:00:00.000Z` -> `07-25 11:00:00Z` */
const dayAndTime = (time: string): string => `${time.slice(5, 10)} ${time.slice(11, 19)}Z`;

const timeColumn = (title: string, cell: (record: WireRecord) => string): Column<WireRecord> => ({
	title,
	cell,
	brief: {cell: record => dayAndTime(cell(record))},
});

const RECORD_COLUMNS: ReadonlyArray<Column<WireRecord>> = [
	...IDENTITY,
	{
		title: 'STATE',
		cell: record => (record.held ? `${record.state} (held)` : record.state),
		tone: record => STATE_TONES[record.state],
	},
	{title: 'PRIORITY', cell: record => record.priority, spare: 3},
	{title: 'SIZE', align: 'right', cell: record => humanBytes(record.size_bytes), spare: 1},
	{...ATTEMPTS, spare: 2},
	timeColumn('ENQUEUED', record => record.enqueued_at),
	{title: 'REMARK', cell: record => record.reason ?? nextAttempt(record)},
];

const nextAttempt = ({next_attempt_at: next}: WireRecord): string =>
	next === undefined ? '' : `next try ${next}`;

const DEADLETTER_COLUMNS: ReadonlyArray<Column<WireRecord>> = [
	...IDENTITY,
	{...ATTEMPTS, spare: 2},
	{...timeColumn('FIRST-QUEUED', record => record.enqueued_at), spare: 1},
	timeColumn('LAST-UPDATED', record => record.updated_at),
	{title: 'REASON', cell: record => record.reason ?? '-'},
];

const COLUMNS_OF: Readonly<Record<Kind, ReadonlyArray<Column<WireRecord>>>> = {
	record: RECORD_COLUMNS,
	deadletter: DEADLETTER_COLUMNS,
};
