import {Command, CommanderError} from 'commander';
import {DEFAULT_CONFIG_FILE} from '../config/paths.js';
import {EXIT, type ExitCode} from './exit-codes.js';

/** What the command line asks for. */
export type Order =
	| {readonly kind: 'run' | 'check'; readonly configFile: string}
	/** Help, version, or what is wrong: to stdout when it was asked for, else to stderr. */
	| {readonly kind: 'say'; readonly text: string; readonly exitCode: ExitCode};

/** Reads the words behind `edged`. Never throws, prints nothing. */
export const readCommandLine = (words: readonly string[], version: string): Order => {
	const said: string[] = [];
	const collect = (text: string) => {
		said.push(text);
	};
	const command = new Command('edged')
		.description('Store-and-forward relay: durable before it says yes, delivered until the peer acknowledges')
		.requiredOption('--config <FILE>', `the configuration, e.g. ${DEFAULT_CONFIG_FILE}`)
		.option('--check', 'say what is wrong with the configuration, or print what holds, and end')
		.version(version, '--version', 'print the version and end')
		.helpOption('--help', 'print this and end')
		.addHelpText('after', HELP)
		.allowExcessArguments(false)
		.configureOutput({writeOut: collect, writeErr: collect})
		.exitOverride();
	try {
		command.parse(words, {from: 'user'});
	} catch (error) {
		if (!(error instanceof CommanderError)) {
			throw error;
		}
		const exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
		return {kind: 'say', text: said.join('').trimEnd(), exitCode};
	}
	const {config, check} = command.opts<{config: string; check?: true}>();
	return {kind: check ? 'check' : 'run', configFile: config};
};

const HELP = `
SIGTERM drains for node.drain_timeout_seconds and stops; a second one stops at once. SIGHUP reads the configuration again: all of it, or nothing.
Exit codes: 0 stopped, 1 failed, 2 usage, 78 the configuration was refused.`;
