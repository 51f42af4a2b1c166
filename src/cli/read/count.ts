/** Reads a whole number of at least 1, with or without separators. */
export const readCount = (text: string): number => {
	const count = /^\d[\d,_]*$/.test(text.trim()) ? Number(text.trim().replaceAll(/[,_]/g, '')) : Number.NaN;
	if (!Number.isSafeInteger(count) || count < 1) {
		throw new Error('Give a whole number of at least 1.');
	}
	return count;
};
