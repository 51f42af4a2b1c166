import {stripVTControlCharacters} from 'node:util';
import {printable} from './printable.js';
import type {Style, Tone} from './style.js';

export type Column<Row> = {
	readonly title: string;
	readonly align?: 'left' | 'right';
	cell(row: Row): string;
	tone?(row: Row): Tone | undefined;
	/** What takes its place where the terminal is too narrow for all. */
	readonly brief?: {readonly title?: string; cell?(row: Row): string};
	/** May be left out where that is not enough; the highest goes first. JSON has it all. */
	readonly spare?: number;
};

/** `table` as far as a terminal of `width` columns holds it with these rows; all of it where there is none. */
export const fitting = <Row>(
	table: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	width: number | undefined,
	indent = '',
): ReadonlyArray<Column<Row>> => {
	const fits = (some: ReadonlyArray<Column<Row>>): boolean =>
		width === undefined ||
		indent.length + widthsOf(some, rows).reduce((sum, one) => sum + one + 2, -2) <= width;
	if (fits(table)) {
		return table;
	}
	let left: ReadonlyArray<Column<Row>> = table.map(column => ({...column, ...column.brief}));
	const spares = table.map(({spare}) => spare ?? 0).filter(spare => spare > 0);
	for (const spare of spares.sort((a, b) => b - a)) {
		if (!fits(left)) {
			left = left.filter(column => column.spare !== spare);
		}
	}
	return left;
};

/** Aligned columns under a heading, two spaces apart, each at least as wide as `least` says; nothing trails at the ends of lines. */
export const columns = <Row>(
	table: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	style: Style,
	indent = '',
	least: readonly number[] = [],
): string[] => {
	const cells = rows.map(row => table.map(column => printable(column.cell(row))));
	const widths = widthsOf(table, rows).map((needed, at) => Math.max(needed, least[at] ?? 0));
	const paint = (row: Row, column: Column<Row>, text: string): string => {
		const tone = column.tone?.(row);
		return tone === undefined ? text : style(tone, text);
	};
	const line = (texts: readonly string[], painted: (text: string, at: number) => string): string => {
		const parts = texts.map((text, at) => {
			const padding = ' '.repeat((widths[at] ?? 0) - width(text));
			const last = at === texts.length - 1;
			const shown = painted(text, at);
			return table[at]?.align === 'right' ? padding + shown : last ? shown : shown + padding;
		});
		return (indent + parts.join('  ')).trimEnd();
	};
	return [
		line(
			table.map(({title}) => title),
			text => style('strong', text),
		),
		...rows.map((row, index) =>
			line(cells[index] ?? [], (text, at) => {
				const column = table[at];
				return column === undefined ? text : paint(row, column, text);
			}),
		),
	];
};

/** What the columns take, their titles included. */
export const widthsOf = <Row>(table: ReadonlyArray<Column<Row>>, rows: readonly Row[]): readonly number[] =>
	table.map(column =>
		rows.reduce((most, row) => Math.max(most, width(printable(column.cell(row)))), column.title.length),
	);

const width = (text: string): number => [...stripVTControlCharacters(text)].length;
