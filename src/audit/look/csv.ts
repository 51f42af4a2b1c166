import {stringify} from 'csv-stringify/sync';
import type {AuditLine} from '../line.js';

const COLUMNS = [
	'timestamp',
	'event_name',
	'category',
	'action',
	'outcome',
	'actor',
	'resource_type',
	'resource',
	'source',
] as const satisfies ReadonlyArray<keyof AuditLine>;

/** The heading, with its line end. */
export const csvHeading = (): string => rows([[...COLUMNS, 'fields_json']]);

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe; control characters are written `\u001b`. */
export const csvRows = (lines: readonly AuditLine[]): string =>
	rows(
		lines.map(line => [...COLUMNS.map(name => visible(line[name])), visible(JSON.stringify(line.fields))]),
	);

const rows = (cells: ReadonlyArray<readonly string[]>): string =>
	cells.length === 0
		? ''
		: stringify(
				cells.map(row => [...row]),
				{record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: true},
			);

const visible = (text: string): string =>
	text.replaceAll(CONTROL, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
