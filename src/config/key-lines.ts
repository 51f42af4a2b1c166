/** Where keys stand in a TOML text. The parser knows values only, and an operator wants the line. */
export type KeyLines = {
	/** 1 for the first line. For a key that is not written itself, the line of the table that would hold it. */
	lineOf(key: string): number | undefined;
};

/** `text` must be TOML that a parser has accepted; keys inside inline tables are not looked for. */
export const findKeyLines = (text: string): KeyLines => {
	const lines = new Map<string, number>();
	const arrays = new Map<string, number>();
	let table = '';
	let open: OpenValue = NOTHING_OPEN;
	for (const [index, line] of text.split('\n').entries()) {
		if (open !== NOTHING_OPEN) {
			open = afterText(line, open);
			continue;
		}
		const [, brackets = '', header] = HEADER.exec(line) ?? [];
		if (header !== undefined) {
			table = enterTable(header, brackets, arrays);
			lines.set(table, index + 1);
			continue;
		}
		const [start, key] = ASSIGNMENT.exec(line) ?? [];
		if (start !== undefined && key !== undefined) {
			lines.set(joined(table, parts(key).join('.')), index + 1);
			open = afterText(line.slice(start.length), NOTHING_OPEN);
		}
	}
	return {lineOf: key => nearestLine(lines, key)};
};

const PART = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)`;
const DOTTED = String.raw`${PART}(?:\s*\.\s*${PART})*`;
const HEADER = new RegExp(String.raw`^\s*(\[\[?)\s*(${DOTTED})\s*\]`);
const ASSIGNMENT = new RegExp(String.raw`^\s*(${DOTTED})\s*=`);

const parts = (dotted: string): string[] =>
	(dotted.match(new RegExp(PART, 'g')) ?? []).map(part => part.replace(/^["'](.*)["']$/, '$1'));

const joined = (table: string, key: string): string => (table === '' ? key : `${table}.${key}`);

/** The table that a header opens, its arrays numbered: the second `[[peers]]` is `peers[1]`, its windows `peers[1].windows[0]`. */
const enterTable = (header: string, brackets: string, arrays: Map<string, number>): string => {
	const names = parts(header);
	let table = '';
	for (const [depth, name] of names.entries()) {
		table = joined(table, name);
		const isNewItem = brackets === '[[' && depth === names.length - 1;
		const index = (arrays.get(table) ?? -1) + (isNewItem ? 1 : 0);
		if (index >= 0) {
			arrays.set(table, index);
			table = `${table}[${index}]`;
		}
	}
	return table;
};

/** What of a value is still open at the end of a line: brackets, or a multi-line string and its quotes. */
type OpenValue = {readonly depth: number; readonly quotes: '"""' | "'''" | ''};
const NOTHING_OPEN: OpenValue = {depth: 0, quotes: ''};

/** Strings (the long ones first), comments and brackets; all else passes. */
const TOKEN = /"""|'''|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[[\]{}]/g;

const afterText = (text: string, {depth, quotes}: OpenValue): OpenValue => {
	if (quotes !== '') {
		const end = text.indexOf(quotes);
		return end < 0 ? {depth, quotes} : afterText(text.slice(end + quotes.length), {depth, quotes: ''});
	}
	let level = depth;
	for (const {0: token, index} of text.matchAll(TOKEN)) {
		if (token === '"""' || token === "'''") {
			return afterText(text.slice(index + token.length), {depth: level, quotes: token});
		}
		level += token === '[' || token === '{' ? 1 : token === ']' || token === '}' ? -1 : 0;
	}
	return level === 0 ? NOTHING_OPEN : {depth: level, quotes: ''};
};

const nearestLine = (lines: ReadonlyMap<string, number>, key: string): number | undefined => {
	for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'), at.lastIndexOf('[')))) {
		const line = lines.get(at);
		if (line !== undefined) {
			return line;
		}
	}
	return undefined;
};
