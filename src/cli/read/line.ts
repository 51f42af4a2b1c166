/** Any text on one line, not empty. */
export const readLine = (text: string): string => {
	if (text.trim() === '') {
		throw new Error('It is empty.');
	}
	return text;
};
