/** The words of the last command in a line, unquoted, as far as the line goes; the last one is where the cursor stands. */
export type ShellLine = {
	readonly words: readonly string[];
	/** The last word is the file of a redirection. */
	readonly isRedirected: boolean;
};

/**
 * Reads what stands before the cursor as bash would split it, and expands nothing: a substitution that somebody has typed must not
 * run because he pressed Tab.
 */
export const readShellLine = (line: string): ShellLine => {
	let words: string[] = [];
	let word: string | undefined;
	let isRedirected = false;
	const endWord = (): void => {
		if (word !== undefined && !isRedirected) {
			words.push(word);
		}
		isRedirected = word === undefined && isRedirected;
		word = undefined;
	};
	for (const [piece, single, double, escaped, blank, end, redirection] of line.matchAll(PIECE)) {
		if (blank !== undefined) {
			endWord();
		} else if (end !== undefined) {
			endWord();
			words = [];
			isRedirected = false;
		} else if (redirection !== undefined) {
			word = /^\d+$/.test(word ?? '') ? undefined : word; // `2>`
			endWord();
			isRedirected = true;
		} else {
			word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? piece);
		}
	}
	return {words: [...words, word ?? ''], isRedirected};
};

/** One piece of a line; an open quote reaches to its end, and a substitution is a piece as it stands. */
const PIECE =
	/\$\([^()]*\)|`[^`]*`|'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|(\s+)|([;|&()]+)|([<>]+)|[^'"\\\s;|&()<>]+|\\$/gs;
