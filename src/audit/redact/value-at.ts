import {REDACTED} from '../../outbound/secrets.js';

export type ValueSpan = {readonly begin: number; readonly end: number};

/** The value that begins at `from`, without its quotes. A bare one is a word, or all that is left of the line. */
export const valueAt = (text: string, from: number, bare: 'word' | 'line'): ValueSpan => {
	if (text.startsWith(REDACTED, from)) {
		return {begin: from, end: from + REDACTED.length};
	}
	OPENING.lastIndex = from;
	const opening = OPENING.exec(text)?.[0] ?? '';
	if (opening !== '') {
		return {begin: from + opening.length, end: closing(text, from + opening.length, opening)};
	}
	const bracket = CLOSERS[text[from] ?? ''];
	if (bracket !== undefined) {
		return {begin: from + 1, end: bracketEnd(text, from, bracket)};
	}
	const pattern = bare === 'line' ? REST_OF_LINE : WORD;
	pattern.lastIndex = from;
	return {begin: from, end: pattern.test(text) ? pattern.lastIndex : from};
};

/** Behind backslashes: a string within a string. */
const OPENING = /\\{0,8}(?:"""|'''|["'`])/y;
const CLOSERS: Readonly<Record<string, string>> = {'[': ']', '{': '}'};
/** With what an authorization begins: the secret is the word behind it. */
const WORD = /(?:(?:bearer|basic|digest|negotiate|token)[ \t]{1,8})?[^\s,;&)}\]"'`\\<>]{0,65536}/iy;
/** With the quoted parameters of a header, but not beyond the string that it stands in. */
const REST_OF_LINE = /(?:=\\{0,8}"[^"\\\r\n]{0,1024}\\{0,8}"|[^\r\n"'`\\]){0,65536}/y;

/** A string that is not closed ends with the text: better too much than a part of it. */
const closing = (text: string, from: number, opening: string): number => {
	const isOneLine = opening.length === 1;
	let at = from;
	for (;;) {
		const end = text.indexOf(opening, at);
		if (end === -1) {
			return isOneLine ? lineEnd(text, from) : text.length;
		}
		if (!isEscaped(text, end, from) || opening === "'" || opening === "'''") {
			return isOneLine ? Math.min(end, lineEnd(text, from)) : end;
		}
		at = end + 1;
	}
};

/** A quote that was never closed reaches to the end of its line, not into the next value. */
const lineEnd = (text: string, from: number): number => {
	const end = text.indexOf('\n', from);
	return end === -1 ? text.length : end;
};

const isEscaped = (text: string, at: number, from: number): boolean => {
	let slashes = 0;
	while (at - slashes > from && text[at - slashes - 1] === '\\') {
		slashes++;
	}
	return slashes % 2 === 1;
};

const LONGEST_LIST = 64 * 1024;

const bracketEnd = (text: string, from: number, bracket: string): number => {
	const open = text[from];
	let depth = 0;
	const most = Math.min(text.length, from + LONGEST_LIST);
	for (let at = from; at < most; at++) {
		if (text[at] === open) {
			depth++;
		} else if (text[at] === bracket) {
			depth--;
			if (depth === 0) {
				return at;
			}
		}
	}
	return most;
};
