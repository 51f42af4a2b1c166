import type {Command} from './command.js';
import {longNameOf, namesIn, optionsOf} from './completion/position.js';
import {lineMeant, nearest, quotedLine} from './did-you-mean.js';
import {UsageError} from './failure.js';
import type {Option} from './parameters.js';
import type {Suggests} from './read/suggests.js';

/** The refusal of `words` with the whole line that was meant, as far as it can be known; with an example of the command where not. */
export const withLineToTry = (
	error: UsageError,
	words: readonly string[],
	commands: readonly Command[],
): UsageError => {
	const {command: name} = error;
	const message = error.message.replace(/ \(Did you mean .*\)$/, '');
	const command = commands.find(known => known.name === name);
	const [, wrong] = /^unknown option '(--?[\w-]+)/.exec(message) ?? [];
	const meant = wrong === undefined ? undefined : nearest(wrong, optionsOf(command).map(longNameOf));
	if (meant !== undefined && wrong !== undefined) {
		return new UsageError(message, name, lineWith(words, wrong, meant));
	}
	if (command !== undefined) {
		return new UsageError(
			message,
			name,
			lineWithChoice(message, words, command) ?? exampleFor(message, command),
		);
	}
	const misplaced = commands
		.flatMap(({options}) => Object.values(options))
		.find(({flags}) => wrong !== undefined && namesIn(flags).includes(wrong));
	if (misplaced === undefined || wrong === undefined) {
		return new UsageError(message, name, lineMeant(words, commands));
	}
	const line = lineMeant(withAtEnd(words, wrong, misplaced), commands);
	return new UsageError(`${message}: options of a command stand behind its name`, name, line);
};

/** `words` with the option `name` behind all others. */
const withAtEnd = (words: readonly string[], name: string, {read}: Option<unknown>): readonly string[] => {
	const at = words.findIndex(word => word === name || word.startsWith(`${name}=`));
	const end = at + (words[at] === name && read !== undefined ? 2 : 1);
	return [...words.slice(0, at), ...words.slice(end), ...words.slice(at, end)];
};

const lineWith = (words: readonly string[], wrong: string, meant: string): string =>
	quotedLine(
		words.map(word =>
			word === wrong || word.startsWith(`${wrong}=`) ? meant + word.slice(wrong.length) : word,
		),
	);

/** A value that is nearly one of those that its option, or argument, takes. */
const lineWithChoice = (message: string, words: readonly string[], command: Command): string | undefined => {
	const {suggests, wrong} = wrongValue(message, command);
	const meant = suggests?.kind === 'choices' ? nearest(wrong, suggests.values) : undefined;
	return meant === undefined
		? undefined
		: quotedLine(
				words.map(word =>
					word === wrong || word.endsWith(`=${wrong}`)
						? word.slice(0, word.length - wrong.length) + meant
						: word,
				),
			);
};

type WrongValue = {readonly suggests: Suggests | undefined; readonly wrong: string};

/** What commander says of a value that could not be read. */
const wrongValue = (message: string, command: Command): WrongValue => {
	const [, flags, value] = /^option '(.*?)' argument '(.*?)' is invalid/s.exec(message) ?? [];
	if (flags !== undefined) {
		const option = optionsOf(command).find(known => known.flags === flags);
		return {suggests: option?.suggests, wrong: value ?? ''};
	}
	const [, name, word = ''] = /^(\S+) '(.*?)' is invalid/s.exec(message) ?? [];
	const positional = Object.values(command.positionals).find(({form}) => form.slice(1, -1) === name);
	return {suggests: positional?.suggests, wrong: word};
};

/** One that shows the option that was wrong, if there is one. */
const exampleFor = (message: string, {examples}: Command): string | undefined => {
	const [, option] = /^option '(--[\w-]+)/.exec(message) ?? [];
	return examples.find(line => option !== undefined && line.includes(`${option} `)) ?? examples[0];
};
