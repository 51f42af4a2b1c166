import type {Command} from '../command.js';
import {GROUP_HELP} from '../groups.js';
import type {Suggests} from '../read/suggests.js';
import {type Line, longNameOf, namesIn, nextWords, optionsOf, positionAfter} from './position.js';

/** A word that may stand at the cursor, whole, and what it is about. */
export type Proposal = {readonly word: string; readonly about: string};
export type Proposals =
	| {readonly kind: 'words'; readonly words: readonly Proposal[]}
	/** The shell knows its files best. */
	| {readonly kind: 'files'};

/** What only a daemon knows. Empty when none answers in time. */
export type KnownNames = {
	peers(line: Line): Promise<readonly Proposal[]>;
	segments(line: Line): Promise<readonly Proposal[]>;
};

/** What may stand in the place of the last of `words` (those behind `edgectl`), which is as far as it was typed. */
export const complete = async (
	words: readonly string[],
	commands: readonly Command[],
	known: KnownNames,
): Promise<Proposals> => {
	const typed = words.at(-1) ?? '';
	const position = positionAfter(words.slice(0, -1), commands);
	switch (position.kind) {
		case 'nothing':
			return NOTHING;
		case 'command':
			return startingWith(
				typed,
				typed.startsWith('-') ? flagsFor(undefined, NO_OPTIONS) : commandWords(position.path, commands),
			);
		case 'options':
			return completeOption(typed, position.line, known);
		case 'value':
			return typed.startsWith('-') && 'form' in position.of && !position.line.areOptionsOver
				? completeOption(typed, position.line, known)
				: valuesOf(position.of.suggests, typed, position.line, known);
	}
};

const NOTHING: Proposals = {kind: 'words', words: []};
const NO_OPTIONS: ReadonlyMap<string, string> = new Map();

const startingWith = (typed: string, words: readonly Proposal[]): Proposals => ({
	kind: 'words',
	words: words.filter(({word}) => word.toLowerCase().startsWith(typed.toLowerCase())),
});

const commandWords = (path: readonly string[], commands: readonly Command[]): readonly Proposal[] =>
	nextWords(path, commands).map(({word, command}) => ({
		word,
		about: command?.help ?? GROUP_HELP[[...path, word].join(' ')] ?? '',
	}));

/** `--name`, or a value behind `--name=`. */
const completeOption = async (typed: string, line: Line, known: KnownNames): Promise<Proposals> => {
	const [name = '', value] = typed.split(/=(.*)/s);
	if (value === undefined) {
		return startingWith(typed, flagsFor(line.command, line.options));
	}
	const option = optionsOf(line.command).find(({flags}) => namesIn(flags).includes(name));
	const found = await valuesOf(option?.suggests, value, line, known);
	return found.kind === 'files'
		? found
		: {kind: 'words', words: found.words.map(({word, about}) => ({word: `${name}=${word}`, about}))};
};

/** Those that were not given yet, or may be given several times. */
const flagsFor = (command: Command | undefined, given: ReadonlyMap<string, string>): readonly Proposal[] => [
	...optionsOf(command)
		.filter(option => !given.has(longNameOf(option)) || Array.isArray(option.initial))
		.map(option => ({word: longNameOf(option), about: option.help})),
	{word: '--help', about: 'show help'},
];

const valuesOf = async (
	suggests: Suggests | undefined,
	typed: string,
	line: Line,
	known: KnownNames,
): Promise<Proposals> => {
	switch (suggests?.kind) {
		case undefined:
			return NOTHING;
		case 'files':
			return {kind: 'files'};
		case 'choices':
			return startingWith(
				typed,
				suggests.values.map(word => ({word, about: ''})),
			);
		case 'names': {
			const found = await Promise.all(suggests.of.map(kind => known[kind](line)));
			return startingWith(typed, found.flat());
		}
	}
};
