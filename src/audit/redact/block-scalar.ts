import type {ValueSpan} from './value-at.js';

/** `|`, `>-`, `|2+`, a comment, and the end of the line: also written `\\n`, where the YAML stands in a string. */
const HEADER = /[|>][+\-\d]{0,2}(?:[ \t]+#[^\r\n\\]{0,200})?[ \t]{0,40}(\r?\n|(?:\\{1,8}r)?\\{1,8}n)/y;
const LONGEST = 64 * 1024;

/** The lines of a YAML block scalar whose header stands at `at`: those that stand further in than its name, which begins at `nameAt`. */
export const blockScalarAt = (text: string, nameAt: number, at: number): ValueSpan | undefined => {
	HEADER.lastIndex = at;
	const newline = HEADER.exec(text)?.[1];
	if (newline === undefined) {
		return undefined;
	}
	const from = HEADER.lastIndex;
	const most = Math.min(text.length, from + LONGEST);
	const column = columnOf(text, nameAt, newline);
	let span: ValueSpan | undefined;
	for (let lineAt = from; lineAt < most; ) {
		const {line, next} = lineFrom(text, lineAt, newline);
		const indent = indentOf(line);
		if (line.trim() !== '') {
			if (indent <= column) {
				break;
			}
			span = {begin: span?.begin ?? lineAt + indent, end: lineAt + line.trimEnd().length};
		}
		lineAt = next ?? most;
	}
	return span;
};

/** `next`: where the line behind it begins; `undefined` at the end of the text, or of the string that YAML stands in. */
const lineFrom = (
	text: string,
	at: number,
	newline: string,
): {readonly line: string; readonly next: number | undefined} => {
	const found = text.indexOf(newline, at);
	const end = found === -1 ? Math.min(text.length, at + LONGEST) : found;
	const line = text.slice(at, Math.min(end, at + LONGEST));
	const stringEnd = newline.endsWith('\n') ? -1 : line.search(STRING_END);
	return stringEnd === -1
		? {line, next: found === -1 ? undefined : found + newline.length}
		: {line: line.slice(0, stringEnd), next: undefined};
};

const STRING_END = /(?<!\\)"|\n/;

const indentOf = (line: string): number => /^[ \t]*/.exec(line)?.[0].length ?? 0;

const MOST_BEFORE = 256;

/** Of a name behind anything but blanks, dashes of a list and a quote, the indentation of its line. */
const columnOf = (text: string, nameAt: number, newline: string): number => {
	const before = text.slice(Math.max(0, nameAt - MOST_BEFORE), nameAt);
	const start = Math.max(
		before.lastIndexOf('\n') + 1,
		before.lastIndexOf(newline) + newline.length * Number(before.includes(newline)),
		newline.endsWith('\n') ? 0 : before.lastIndexOf('"') + 1,
	);
	const line = before.slice(start);
	return /^[ \t]*(?:-[ \t]+)*["']?$/.test(line) ? line.replace(/["']$/, '').length : indentOf(line);
};
