import {printable} from './printable.js';
import type {Style} from './style.js';

export type Field = readonly [label: string, value: string];

/** A heading and `  Label:  value` lines below it; values start in one column, `labelWidth` characters after the indent. */
export const fields = (
	heading: string,
	rows: readonly Field[],
	style: Style,
	labelWidth = widest(rows) + 1,
): string[] => [
	style('strong', heading),
	...rows.map(([label, value]) => `  ${`${label}:`.padEnd(labelWidth)}${printable(value)}`.trimEnd()),
];

const widest = (rows: readonly Field[]): number => Math.max(0, ...rows.map(([label]) => label.length + 1));
