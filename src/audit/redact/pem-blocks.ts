/** What stands where a PEM block was. */
export const REDACTED_PEM = '<REDACTED PEM>';

/**
 * `text` without PEM blocks: whole, written with `\n` in JSON, one line of it in each line of a log, or cut at either end. What stands
 * between the first line and the last is taken out with them.
 */
export const withoutPem = (text: string): string => {
	if (!text.includes('-----')) {
		return text;
	}
	const kept: string[] = [];
	let at = 0;
	for (const {begin, end} of blocks(text)) {
		if (begin >= at) {
			kept.push(text.slice(at, begin), REDACTED_PEM);
			at = end;
		}
	}
	kept.push(text.slice(at));
	return kept.join('');
};

type Span = {readonly begin: number; readonly end: number};

const MARK = /-----\s?(BEGIN|END)\b[^\n-]{0,80}-----/gi;
/** Further apart than this a beginning and an end do not belong together. */
const LONGEST_BLOCK = 64 * 1024;

const blocks = (text: string): Span[] => {
	const spans: Span[] = [];
	let open: Span | undefined;
	let free = 0;
	const endOpen = (before: number): void => {
		if (open !== undefined) {
			spans.push({begin: open.begin, end: bodyEnd(text, open.end, before)});
			free = spans.at(-1)?.end ?? free;
			open = undefined;
		}
	};
	for (const match of text.matchAll(MARK)) {
		const mark = {begin: match.index, end: match.index + match[0].length};
		if (match[1]?.toUpperCase() === 'BEGIN') {
			endOpen(mark.begin);
			open = mark;
		} else if (open !== undefined && mark.begin - open.end <= LONGEST_BLOCK) {
			spans.push({begin: open.begin, end: mark.end});
			free = mark.end;
			open = undefined;
		} else {
			endOpen(mark.begin);
			spans.push({begin: bodyBegin(text, free, mark.begin), end: mark.end});
			free = mark.end;
		}
	}
	endOpen(text.length);
	return spans;
};

/** A line of the body, which is 64 letters long, or 76, and mostly not to be told from other base64. */
const BODY = /[A-Za-z0-9+/]{40,}={0,2}/;
/** Of the last line of a body nobody knows the length. */
const LAST_OF_BODY = /[A-Za-z0-9+/]{2,}={0,2}(?=\W*$)/;
/** Lines of `\n` in JSON are lines too. */
const LINE_END = /\r?\n|\\r\\n|\\n/;
const MOST_LINES = 400;

/** Where a block ends whose end is missing: after the last line that looks like its body, and what may be its last. */
const bodyEnd = (text: string, from: number, before: number): number => {
	const window = text.slice(from, Math.min(before, from + LONGEST_BLOCK));
	let end = from;
	let offset = from;
	for (const [number, {line, length}] of linesOf(window).entries()) {
		const found = BODY.exec(line) ?? (number > 1 ? LAST_OF_BODY.exec(line) : null);
		if (found !== null) {
			end = offset + found.index + found[0].length;
		}
		if (number > 0 && !BODY.test(line)) {
			break;
		}
		offset += length;
	}
	return end;
};

/** Where a block begins of which only the end is there. */
const bodyBegin = (text: string, from: number, to: number): number => {
	const start = Math.max(from, to - LONGEST_BLOCK);
	const lines = linesOf(text.slice(start, to));
	let begin = to;
	let offset = to;
	for (let number = lines.length - 1; number >= 0; number--) {
		const {line, length} = lines[number] ?? {line: '', length: 0};
		offset -= length;
		const isNearEnd = number >= lines.length - 2;
		const found = BODY.exec(line) ?? (isNearEnd ? LAST_OF_BODY.exec(line) : null);
		if (found !== null) {
			begin = offset + found.index;
		} else if (!isNearEnd) {
			break;
		}
	}
	return begin;
};

const linesOf = (text: string): Array<{readonly line: string; readonly length: number}> => {
	const found: Array<{readonly line: string; readonly length: number}> = [];
	let rest = text;
	while (rest !== '' && found.length < MOST_LINES) {
		const end = LINE_END.exec(rest);
		const length = end === null ? rest.length : end.index + end[0].length;
		found.push({line: rest.slice(0, end?.index ?? rest.length), length});
		rest = rest.slice(length);
	}
	return found;
};
