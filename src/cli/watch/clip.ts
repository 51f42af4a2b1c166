/** Colours and other sequences that take no room. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const SEQUENCE = /(\u001b\[[0-9;]*m)/;

/** The first `width` characters of a line; colours stay whole, so that what was switched on is switched off. */
export const clip = (line: string, width: number): string => {
	let left = width;
	return line
		.split(SEQUENCE)
		.map((part, at) => {
			if (at % 2 === 1) {
				return part;
			}
			const shown = [...part].slice(0, Math.max(0, left));
			left -= shown.length;
			return shown.join('');
		})
		.join('');
};
