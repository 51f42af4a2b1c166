import type {Command} from '../command.js';
import {GLOBAL_OPTIONS} from '../globals.js';
import {shortFormOf} from '../groups.js';
import type {Option, Positional} from '../parameters.js';

/** What may stand where the cursor is. */
export type Position =
	/** Words of commands, behind `path`. */
	| {readonly kind: 'command'; readonly path: readonly string[]}
	/** A value: of an option, or an argument of the command. */
	| {readonly kind: 'value'; readonly of: Option<unknown> | Positional<unknown>; readonly line: Line}
	/** Nothing but further options. */
	| {readonly kind: 'options'; readonly line: Line}
	/** Words that no command has. */
	| {readonly kind: 'nothing'};

/** What was typed before the cursor. */
export type Line = {
	readonly command: Command | undefined;
	readonly positionals: readonly string[];
	/** By their long names: `--peer-id`. A flag has the value `''`. */
	readonly options: ReadonlyMap<string, string>;
	/** `--` was typed: whatever follows is an argument. */
	readonly areOptionsOver: boolean;
};

/** Reads `words`, which stand complete between `edgectl` and the cursor. Forgives whatever is wrong with them. */
export const positionAfter = (words: readonly string[], commands: readonly Command[]): Position => {
	const path: string[] = [];
	const positionals: string[] = [];
	const options = new Map<string, string>();
	let command: Command | undefined;
	let awaited: Option<unknown> | undefined;
	let areOptionsOver = false;
	for (const word of words) {
		if (awaited !== undefined) {
			options.set(longNameOf(awaited), word);
			awaited = undefined;
		} else if (word === '--' && !areOptionsOver) {
			areOptionsOver = true;
		} else if (word.startsWith('-') && word !== '-' && !areOptionsOver) {
			const [name = word, value] = word.split(/=(.*)/s);
			const option = optionsOf(command).find(({flags}) => namesIn(flags).includes(name));
			options.set(option === undefined ? name : longNameOf(option), value ?? '');
			awaited = value === undefined && option?.read !== undefined ? option : undefined;
		} else if (command !== undefined) {
			positionals.push(word);
		} else {
			path.push(word);
			command = commandNamed(path, commands);
			if (command === undefined && nextWords(path, commands).length === 0) {
				return {kind: 'nothing'};
			}
		}
	}
	const line: Line = {command, positionals, options, areOptionsOver};
	if (awaited !== undefined) {
		return {kind: 'value', of: awaited, line};
	}
	if (command === undefined) {
		return {kind: 'command', path};
	}
	const forms = Object.values(command.positionals);
	const last = forms.at(-1);
	const form = forms[positionals.length] ?? (last?.form.includes('...') === true ? last : undefined);
	return form === undefined ? {kind: 'options', line} : {kind: 'value', of: form, line};
};

/** The names under which `command` may be typed. */
const formsOf = ({name}: Command): readonly string[] => [name, shortFormOf(name) ?? name];

const commandNamed = (path: readonly string[], commands: readonly Command[]): Command | undefined =>
	commands.find(command => formsOf(command).includes(path.join(' ')));

/** The words that may follow `path`, each once, and the command that it completes, if it does. */
export const nextWords = (
	path: readonly string[],
	commands: readonly Command[],
): ReadonlyArray<{readonly word: string; readonly command: Command | undefined}> => {
	const found = new Map<string, Command | undefined>();
	for (const command of commands) {
		for (const form of path.length === 0 ? [command.name] : formsOf(command)) {
			const words = form.split(' ');
			const word = words[path.length];
			if (word !== undefined && path.every((typed, at) => typed === words[at])) {
				found.set(word, words.length === path.length + 1 ? command : undefined);
			}
		}
	}
	return [...found].map(([word, command]) => ({word, command}));
};

/** The command's own, then those global ones whose names it does not take. */
export const optionsOf = (command: Command | undefined): ReadonlyArray<Option<unknown>> => {
	const own = Object.values(command?.options ?? {});
	const taken = new Set(own.map(longNameOf));
	return [...own, ...Object.values(GLOBAL_OPTIONS).filter(option => !taken.has(longNameOf(option)))];
};

/** Of `-o, --output <FILE>`: `-o` and `--output`. */
export const namesIn = (flags: string): readonly string[] => flags.match(/(?<![\w-])--?[\w-]+/g) ?? [];

export const longNameOf = ({flags}: Option<unknown>): string => namesIn(flags).at(-1) ?? flags;
