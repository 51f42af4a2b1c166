import type {Command} from './command.js';
import {shortFormOf} from './groups.js';

/**
 * The line that was probably meant by `words` (what follows `edgectl`), of which no command is the beginning: a word is misspelt, or
 * the group is left out. `undefined` when nothing comes near.
 */
export const lineMeant = (words: readonly string[], commands: readonly Command[]): string | undefined => {
	const at = firstWord(words);
	const typed = words.slice(at);
	const [best] = commands
		.flatMap(({name}) => formsOf(name).map(form => ({name, form: form.split(' ')})))
		.map(({name, form}) => ({name, length: form.length, distance: distanceOf(form, typed)}))
		.filter(({distance}) => distance < Number.POSITIVE_INFINITY)
		.sort((a, b) => a.distance - b.distance || b.length - a.length);
	const meant = best ?? byLastWord(typed, commands);
	return meant === undefined
		? undefined
		: quotedLine([...words.slice(0, at), ...meant.name.split(' '), ...typed.slice(meant.length)]);
};

/** Where the command begins: behind the global options and their values. */
export const firstWord = (words: readonly string[]): number => {
	let at = 0;
	while (words[at]?.startsWith('-') === true) {
		at += words[at]?.includes('=') === true ? 1 : 2;
	}
	return Math.min(at, words.length);
};

/** `relay set-bandwidth`: no command but one ends so. */
const byLastWord = (
	typed: readonly string[],
	commands: readonly Command[],
): {readonly name: string; readonly length: number} | undefined => {
	for (const [at, word] of typed.slice(0, 2).entries()) {
		const [only, other] = commands.filter(({name}) => name.split(' ').at(-1) === word);
		if (only !== undefined && other === undefined) {
			return {name: only.name, length: at + 1};
		}
	}
	return undefined;
};

/** `relay deadletter list` may be meant by `deadletter list`. */
const formsOf = (name: string): readonly string[] => {
	const words = name.split(' ');
	return [
		name,
		...(shortFormOf(name) === undefined ? [] : [shortFormOf(name) ?? '']),
		...(words.length > 1 ? [words.slice(1).join(' ')] : []),
	];
};

const distanceOf = (form: readonly string[], typed: readonly string[]): number =>
	form.reduce((sum, word, at) => sum + wordDistance(word, typed[at]), 0);

const wordDistance = (word: string, typed: string | undefined): number => {
	if (typed === undefined) {
		return Number.POSITIVE_INFINITY;
	}
	const distance = editDistance(word, typed.toLowerCase());
	return distance <= Math.max(1, Math.floor(word.length / 3)) ? distance : Number.POSITIVE_INFINITY;
};

/** `edgectl` and `words`, ready to be typed. */
export const quotedLine = (words: readonly string[]): string => ['edgectl', ...words.map(quoted)].join(' ');

const quoted = (word: string): string =>
	/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The one of `known` that `typed` is a slip or the beginning of, whatever its case. */
export const nearest = (typed: string, known: readonly string[]): string | undefined => {
	const sought = typed.toLowerCase();
	if (sought === '') {
		return undefined;
	}
	const [best] = known
		.map(word => ({word, form: word.toLowerCase()}))
		.map(({word, form}) => ({word, distance: form.startsWith(sought) ? 0 : editDistance(form, sought)}))
		.filter(({word, distance}) => distance <= word.length / 3)
		.sort((a, b) => a.distance - b.distance);
	return best?.word;
};

/** Characters inserted, deleted, replaced, or swapped with their neighbour. */
export const editDistance = (a: string, b: string): number => {
	const rows: number[][] = [Array.from({length: b.length + 1}, (_, column) => column)];
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const isSame = a[row - 1] === b[column - 1];
			const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			current.push(
				Math.min(
					(rows[row - 1]?.[column] ?? 0) + 1,
					(current[column - 1] ?? 0) + 1,
					(rows[row - 1]?.[column - 1] ?? 0) + (isSame ? 0 : 1),
					isSwapped ? (rows[row - 2]?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		rows.push(current);
	}
	return rows.at(-1)?.at(-1) ?? 0;
};
