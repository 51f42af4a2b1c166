/** The bytes of standard or URL-safe base64, padded or not; `undefined` for anything else, which `Buffer.from` would skip. */
export const decodeBase64 = (text: string): Buffer | undefined => {
	const digits = text.length - paddingLength(text);
	const padded = digits !== text.length;
	// The decoder looks at the low byte of a character only: U+0151 would pass for Q.
	const ascii = Buffer.byteLength(text) === text.length;
	if (!ascii || digits % 4 === 1 || (padded && text.length % 4 !== 0)) {
		return undefined;
	}
	const bytes = Buffer.from(text, 'base64');
	// A character that is no digit makes the result shorter than its length promises.
	return bytes.length === Math.floor((digits * 3) / 4) ? bytes : undefined;
};

const paddingLength = (text: string): number => (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
