import type {Command} from './command.js';

/** Every command with its one line, for the help of edgectl itself. */
export const listOfCommands = (commands: readonly Command[], width: number): string => {
	const longest = Math.max(...commands.map(({name}) => name.length));
	const lines = commands.map(({name, help}) => `  ${name.padEnd(longest)}  ${help}`);
	return [
		'Commands:',
		...lines.map(line => (line.length > width ? `${line.slice(0, width - 1)}…` : line)),
		'',
		'Exit codes: 0 done, 1 refused by the daemon, 2 usage, 3 daemon not reachable, 4 not found.',
		'Help of a command: edgectl relay enqueue --help',
	].join('\n');
};
