import type {Command} from './command.js';

/** Every command with its one line, for the help of edgectl itself. */
export const listOfCommands = (commands: readonly Command[], width: number): string => {
	const longest = Math.max(...commands.map(({name}) => name.length));
	const indent = ' '.repeat(longest + 4);
	return [
		'Commands:',
		...commands.flatMap(({name, help}) => wrapped(`  ${name.padEnd(longest)}  ${help}`, width, indent)),
		'',
		...wrapped(EXIT_CODES, width, '  '),
		'Help of a command: edgectl relay enqueue --help',
	].join('\n');
};

const EXIT_CODES =
	'Exit codes: 0 done, 1 refused by the daemon, 2 usage, 3 daemon not reachable, 4 not found.';

/** Breaks `text` between words; what follows the first line begins with `indent`. */
const wrapped = (text: string, width: number, indent: string): string[] => {
	if (text.length <= width || width - indent.length < NARROWEST) {
		return [text];
	}
	const at = text.lastIndexOf(' ', width);
	return at <= indent.length
		? [text]
		: [text.slice(0, at), ...wrapped(indent + text.slice(at + 1), width, indent)];
};

/** Below it words would stand one a line. */
const NARROWEST = 20;
