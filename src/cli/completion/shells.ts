import {printable} from '../text/printable.js';
import type {Proposal, Proposals} from './complete.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The first line when the shell is to complete files. */
export const FILES = ':files';

/** What the script of a shell (scripts.ts) reads, a line each. `typed` is the word at the cursor. */
export const linesFor = (
	shell: Shell,
	proposals: Proposals,
	typed: string,
	wordBreaks: string,
): readonly string[] => {
	if (proposals.kind === 'files') {
		return [FILES];
	}
	const offset = shell === 'bash' ? replacedFrom(typed, wordBreaks) : 0;
	return proposals.words.map(proposal => FORMATS[shell](proposal, offset));
};

const FORMATS: Readonly<Record<Shell, (proposal: Proposal, offset: number) => string>> = {
	bash: ({word}, offset) => word.slice(offset),
	zsh: ({word, about}) => `${word.replaceAll(':', '\\:')}:${firstWords(about)}`,
	fish: ({word, about}) => `${word}\t${firstWords(about)}`,
};

/** bash breaks words at `:` and `=` too, and replaces only what stands behind the last break. */
const replacedFrom = (typed: string, wordBreaks: string): number =>
	Math.max(
		0,
		...[...':='].filter(sign => wordBreaks.includes(sign)).map(sign => typed.lastIndexOf(sign) + 1),
	);

const MOST_CHARACTERS = 70;

const firstWords = (about: string): string => {
	const line = printable(about);
	return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1)}…`;
};
