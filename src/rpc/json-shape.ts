/** Shorter lines cannot do harm by their shape. */
const HARMLESS_BYTES = 16_384;
/** More of each than any call in order has: 4,096 segments with 64 labels each, in a batch. */
const MAX_DEPTH = 32;
const MAX_KEYS = 256;
const MAX_ITEMS = 10_000;
const MAX_VALUES = 700_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/**
 * What is too much about the shape of a JSON text; `undefined` when nothing is, or when it is no JSON anyway. A parser takes seconds for
 * eight megabytes of brackets or of keys, in which nobody else is served; to look at them takes milliseconds.
 */
export const shapeFault = (text: Buffer): string | undefined => {
	if (text.length <= HARMLESS_BYTES) {
		return undefined;
	}
	const limits = [MAX_ITEMS];
	const counts = [0];
	let values = 0;
	for (let at = 0; at < text.length; at++) {
		switch (text[at]) {
			case QUOTE:
				at = endOfString(text, at);
				break;
			case COMMA: {
				const depth = counts.length - 1;
				const count = (counts[depth] ?? 0) + 1;
				const limit = limits[depth] ?? 0;
				counts[depth] = count;
				if (count >= limit) {
					return limit === MAX_KEYS
						? `an object has more than ${MAX_KEYS} keys`
						: `an array has more than ${MAX_ITEMS} items`;
				}
				if (++values > MAX_VALUES) {
					return TOO_MANY_VALUES;
				}
				break;
			}
			case OPEN_OBJECT:
			case OPEN_ARRAY:
				if (counts.push(0) > MAX_DEPTH + 1) {
					return `it is nested more than ${MAX_DEPTH} deep`;
				}
				limits.push(text[at] === OPEN_OBJECT ? MAX_KEYS : MAX_ITEMS);
				if (++values > MAX_VALUES) {
					return TOO_MANY_VALUES;
				}
				break;
			case CLOSE_OBJECT:
			case CLOSE_ARRAY:
				if (counts.length > 1) {
					counts.pop();
					limits.pop();
				}
				break;
		}
	}
	return undefined;
};

const TOO_MANY_VALUES = `it has more than ${MAX_VALUES} values`;

/** Where the closing quote is; the end of the text when there is none. */
const endOfString = (text: Buffer, start: number): number => {
	let end = text.indexOf(QUOTE, start + 1);
	while (end >= 0 && isEscaped(text, end)) {
		end = text.indexOf(QUOTE, end + 1);
	}
	return end < 0 ? text.length : end;
};

const isEscaped = (text: Buffer, at: number): boolean => {
	let backslashes = 0;
	while (text[at - 1 - backslashes] === BACKSLASH) {
		backslashes++;
	}
	return backslashes % 2 === 1;
};
