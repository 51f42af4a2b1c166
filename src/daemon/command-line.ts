import {Command, CommanderError, Option} from 'commander';
import {DEFAULT_CONFIG_FILE} from '../config/paths.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import type {FsckOrder} from './fsck/fsck.js';

/** What the command line asks for. */
export type Order =
	| {
			readonly kind: 'fsck';
			readonly configFile: string;
			readonly fsck: FsckOrder;
			readonly output: 'text' | 'json';
	  }
	/** For the unit, not for people: how systemd says that the service ended. */
	| {readonly kind: 'note_end'; readonly configFile: string}
	| {readonly kind: 'run' | 'check'; readonly configFile: string}
	/** Help, version, or what is wrong: to stdout when it was asked for, else to stderr. */
	| {readonly kind: 'say'; readonly text: string; readonly exitCode: ExitCode};

/** Reads the words behind `edged`. Never throws, prints nothing. */
export const readCommandLine = (words: readonly string[], version: string): Order => {
	if (words[0] === 'fsck') {
		return readFsck(words.slice(1));
	}
	if (words[0] === 'note-end') {
		return {kind: 'note_end', configFile: words[1] ?? DEFAULT_CONFIG_FILE};
	}
	const command = new Command('edged')
		.description('Store-and-forward relay: durable before it says yes, delivered until the peer acknowledges')
		.requiredOption('--config <FILE>', `the configuration, e.g. ${DEFAULT_CONFIG_FILE}`)
		.option('--check', 'say what is wrong with the configuration, or print what holds, and end')
		.version(version, '--version', 'print the version and end')
		.helpOption('--help', 'print this and end')
		.addHelpText('after', HELP);
	const refused = parse(command, words);
	if (refused !== undefined) {
		return refused;
	}
	const {config, check} = command.opts<{config: string; check?: true}>();
	return {kind: check ? 'check' : 'run', configFile: config};
};

/** `undefined` when `words` are what the command wants; else what is to be said about them. */
const parse = (command: Command, words: readonly string[]): Order | undefined => {
	const said: string[] = [];
	const collect = (text: string) => {
		said.push(text);
	};
	try {
		command
			.allowExcessArguments(false)
			.configureOutput({writeOut: collect, writeErr: collect})
			.exitOverride()
			.parse(words, {from: 'user'});
		return undefined;
	} catch (error) {
		if (!(error instanceof CommanderError)) {
			throw error;
		}
		const exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
		return {kind: 'say', text: said.join('').trimEnd(), exitCode};
	}
};

const readFsck = (words: readonly string[]): Order => {
	const command = new Command('edged fsck')
		.description(
			'Checks the store of a stopped edged on a copy beside it: every checksum, every hash, and that all of it agrees. Changes nothing unless told to',
		)
		.requiredOption('--config <FILE>', `the configuration, e.g. ${DEFAULT_CONFIG_FILE}`)
		.option('--repair', 'put right what is damaged; the store as it was is kept beside it')
		.option('--export <DIR>', 'write every readable payload that is still owed, with a sidecar of metadata')
		.addOption(new Option('--output <FORMAT>', 'how to report').choices(['text', 'json']).default('text'))
		.helpOption('--help', 'print this and end')
		.addHelpText('after', FSCK_HELP);
	const refused = parse(command, words);
	if (refused !== undefined) {
		return refused;
	}
	const {config, repair, output, ...rest} = command.opts<{
		config: string;
		repair?: true;
		export?: string;
		output: 'text' | 'json';
	}>();
	return {
		kind: 'fsck',
		configFile: config,
		output,
		fsck: {repair: repair === true, exportDirectory: rest.export},
	};
};

const FSCK_HELP = `
Exit codes: 0 clean or repaired, 1 damage was found (and not repaired), 2 usage, 3 it could not be checked: a daemon uses the store,
there is no room for the copy, or nothing in it can be found; 78 the configuration was refused.`;

const HELP = `
edged fsck --config FILE [--repair] [--export DIR] checks the store of a stopped edged; edged fsck --help says more.
SIGTERM drains for node.drain_timeout_seconds and stops; a second one stops at once. SIGHUP reads the configuration again: all of it, or nothing.
Exit codes: 0 stopped, 1 failed, 2 usage, 78 the configuration was refused.`;
