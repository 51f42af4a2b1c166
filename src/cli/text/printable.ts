/**
 * `text` on one line, without control characters: what a peer answers and what a producer calls its labels must not move the
 * cursor of the operator's terminal.
 */
export const printable = (text: string): string => text.replaceAll(CONTROL, ' ');

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;
