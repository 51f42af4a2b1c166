import {
	type CommanderError,
	Help,
	InvalidArgumentError,
	Command as Parser,
	Option as ParserOption,
} from 'commander';
import type {Command} from './command.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {UsageError} from './failure.js';
import {GLOBAL_OPTIONS, type Globals} from './globals.js';
import {GROUP_HELP, shortFormOf} from './groups.js';
import {withLineToTry} from './line-to-try.js';
import {listOfCommands} from './list-of-commands.js';
import type {OutputFormat} from './output.js';
import type {Option, Options, Positional} from './parameters.js';

export type Reading =
	| {
			readonly kind: 'run';
			readonly command: Command;
			readonly values: Readonly<Record<string, unknown>>;
			readonly globals: Globals;
	  }
	/** Help or the version: nothing is to be run. */
	| {readonly kind: 'say'; readonly text: string; readonly exitCode: ExitCode};

export type Surface = {
	readonly commands: readonly Command[];
	readonly version: string;
	/** Columns of the terminal. */
	readonly width: number;
};

/** Reads `words` (what follows `edgectl`). Throws `UsageError`. Touches nothing outside. */
export const readCommandLine = (words: readonly string[], surface: Surface): Reading => {
	const said: string[] = [];
	const chosen: Chosen[] = [];
	const root = createRoot(surface, text => said.push(text));
	for (const command of surface.commands) {
		addCommand(root, command, found => chosen.push(found));
	}
	try {
		root.parse(words, {from: 'user'});
	} catch (error) {
		if (!(error instanceof Ended)) {
			throw error instanceof UsageError ? withLineToTry(error, words, surface.commands) : error;
		}
		return {kind: 'say', text: said.join('').trimEnd(), exitCode: error.exitCode};
	}
	const [found] = chosen;
	if (found === undefined) {
		throw new UsageError('No command is given');
	}
	return {kind: 'run', ...found};
};

type Chosen = Omit<Extract<Reading, {kind: 'run'}>, 'kind'>;

/** Commander wanted to exit, and has said what it had to say. */
class Ended extends Error {
	readonly exitCode: ExitCode;
	constructor(exitCode: ExitCode) {
		super();
		this.exitCode = exitCode;
	}
}

const createRoot = ({commands, version, width}: Surface, say: (text: string) => void): Parser => {
	const root = new Parser('edgectl')
		.description('Operate edged, the edge relay daemon.')
		.enablePositionalOptions()
		.showSuggestionAfterError()
		.helpOption('-h, --help', 'show help')
		.helpCommand('help [COMMAND]', 'show the help of a command')
		.configureHelp(HELP_FORMAT)
		.configureOutput({
			writeOut: say,
			writeErr: say,
			outputError: () => {}, // The message comes with the CommanderError.
			getOutHelpWidth: () => width,
			getErrHelpWidth: () => width,
		});
	root.version(version, '-V, --version', 'show the version').optionsGroup('Global options:');
	addOptions(root, GLOBAL_OPTIONS);
	root.addHelpText('after', () => `\n${listOfCommands(commands, width)}`);
	root.exitOverride(error => onExit(error, ''));
	return root;
};

const addCommand = (root: Parser, command: Command, choose: (chosen: Chosen) => void): void => {
	const names = command.name.split(' ');
	const groups = [names.slice(0, -1)];
	const short = shortFormOf(command.name);
	if (short !== undefined) {
		groups.push(short.split(' ').slice(0, -1));
	}
	for (const group of groups) {
		const leaf = groupOf(root, group).command(names.at(-1) ?? command.name);
		describe(leaf, command);
		leaf.action(() => {
			choose({command, values: valuesOf(leaf, command), globals: globalsOf(leaf, command.options)});
		});
	}
};

const HELP_FORMAT: Partial<Help> = {
	subcommandTerm: command => {
		const forms = command.registeredArguments.map(one =>
			one.required ? `<${one.name()}>` : `[${one.name()}]`,
		);
		return [command.name(), ...forms, ...(command.commands.length > 0 ? ['...'] : [])].join(' ');
	},
	formatHelp(command, helper) {
		const isLeaf = command.commands.length === 0;
		const isRoot = command.parent === null;
		const reduced: Help = Object.create(helper);
		if (isRoot) {
			reduced.visibleCommands = () => []; // The list of all commands follows.
		} else if (!isLeaf) {
			reduced.visibleOptions = () => []; // Those of the commands matter.
		}
		return Help.prototype.formatHelp.call(reduced, command, reduced);
	},
};

/** The parser for `words`, made with its parents where it is missing. */
const groupOf = (root: Parser, words: readonly string[]): Parser => {
	let parser = root;
	for (const [at, word] of words.entries()) {
		const known = parser.commands.find(command => command.name() === word);
		parser = known ?? addGroup(parser, words.slice(0, at + 1));
	}
	return parser;
};

const addGroup = (parent: Parser, words: readonly string[]): Parser => {
	const name = words.join(' ');
	const group = parent
		.command(words.at(-1) ?? name, {hidden: name === 'deadletter'})
		.description(GROUP_HELP[name] ?? '')
		.enablePositionalOptions()
		.exitOverride(error => onExit(error, name));
	addOptions(group, GLOBAL_OPTIONS);
	return group;
};

const describe = (leaf: Parser, command: Command): void => {
	leaf.description([command.help, command.details].filter(text => text !== undefined).join('\n\n'));
	leaf.summary(command.help);
	leaf.exitOverride(error => onExit(error, command.name));
	for (const positional of Object.values(command.positionals)) {
		leaf.argument(positional.form, positional.help, reader(positional));
	}
	addOptions(leaf, command.options);
	leaf.optionsGroup('Global options:');
	addOptions(leaf, withoutNames(GLOBAL_OPTIONS, command.options));
	leaf.addHelpText('after', `\nExamples:\n${command.examples.map(line => `  ${line}`).join('\n')}`);
};

const addOptions = (parser: Parser, options: Options): void => {
	for (const option of Object.values(options)) {
		const made = new ParserOption(option.flags, option.help);
		if (option.read !== undefined) {
			made.argParser(reader(option));
		}
		if (typeof option.initial === 'number' || typeof option.initial === 'string') {
			made.default(option.initial); // So that the help shows it.
		}
		parser.addOption(made);
	}
};

/** Commander words what is thrown: `option '--limit <N>' argument 'x' is invalid. <message>`. */
const reader =
	({read, initial}: Option<unknown> | Positional<unknown>) =>
	(text: string, before: unknown): unknown => {
		try {
			return read?.(text, before ?? initial);
		} catch (error) {
			throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
		}
	};

/** `options` without those that `own` names too. */
const withoutNames = (options: Options, own: Options): Options => {
	const taken = new Set(Object.values(own).map(nameOf));
	return Object.fromEntries(Object.entries(options).filter(([, option]) => !taken.has(nameOf(option))));
};

/** The key under which commander keeps the value: of `--peer-id <P>`, `peerId`. */
const nameOf = ({flags}: Option<unknown>): string => new ParserOption(flags).attributeName();

const valuesOf = (leaf: Parser, {positionals, options}: Command): Record<string, unknown> => ({
	...Object.fromEntries(
		Object.entries(positionals).map(([key, {initial}], at) => [key, leaf.processedArgs[at] ?? initial]),
	),
	...Object.fromEntries(
		Object.entries(options).map(([key, option]) => {
			// `--no-payload` and `--payload <FILE>` share what commander keeps.
			const value = leaf.getOptionValue(nameOf(option));
			const isNegation = option.flags.startsWith('--no-');
			return [key, isNegation ? value === false : ((value === false ? undefined : value) ?? option.initial)];
		}),
	),
});

/** What stands nearest to the command counts. A name that the command has for itself is taken from before it. */
const globalsOf = (leaf: Parser, ownOptions: Options): Globals => {
	const own = new Set(Object.values(ownOptions).map(nameOf));
	const found: Record<string, unknown> = {};
	for (let parser: Parser | null = leaf; parser !== null; parser = parser.parent) {
		for (const [key, option] of Object.entries(GLOBAL_OPTIONS)) {
			const name = nameOf(option);
			if (parser !== leaf || !own.has(name)) {
				found[key] ??= parser.getOptionValue(name);
			}
		}
	}
	return found as Globals;
};

const onExit = (error: CommanderError, name: string): never => {
	if (error.exitCode === 0) {
		throw new Ended(EXIT.done);
	}
	if (error.code === 'commander.help') {
		throw new Ended(EXIT.usage); // A group without a command: its help was said.
	}
	const message = error.message
		.replace(/^error: /, '')
		.replace(/^command-argument value ('.*') is invalid for argument '(.*?)'\./s, '$2 $1 is invalid.')
		.replaceAll('\n', ' ');
	throw new UsageError(message, name);
};

/** What `--output` asks for, wherever it stands; for a line that could not be read as a whole. */
export const formatAskedFor = (words: readonly string[]): OutputFormat => {
	const end = words.indexOf('--');
	const own = end < 0 ? words : words.slice(0, end);
	const asked = own.flatMap((word, at) =>
		word === '--output'
			? [own[at + 1]]
			: word.startsWith('--output=')
				? [word.slice('--output='.length)]
				: [],
	);
	return asked.at(-1) === 'json' ? 'json' : 'text';
};
