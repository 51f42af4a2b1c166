import {printable} from './printable.js';
import type {Style, Tone} from './style.js';

/** The tone is for a value that wants attention. */
export type Field = readonly [label: string, value: string, tone?: Tone | undefined];

/** A heading and `  Label:  value` lines below it; values start in one column, `labelWidth` characters after the indent. */
export const fields = (
	heading: string,
	rows: readonly Field[],
	style: Style,
	labelWidth = widest(rows) + 1,
): string[] => [
	style('strong', heading),
	...rows.map(([label, value, tone]) => {
		const text = printable(value);
		const shown = tone === undefined ? text : style(tone, text);
		return `  ${`${label}:`.padEnd(labelWidth)}${shown}`.trimEnd();
	}),
];

const widest = (rows: readonly Field[]): number => Math.max(0, ...rows.map(([label]) => label.length + 1));
