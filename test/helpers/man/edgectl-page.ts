import {allCommands} from '../../../src/cli/all-commands.js';
import type {Command} from '../../../src/cli/command.js';
import {GLOBAL_OPTIONS} from '../../../src/cli/globals.js';
import type {Options} from '../../../src/cli/parameters.js';
import {item, page, prose, section, subsection, synopsis, verbatim} from './roff.js';

/** edgectl(1): every command, from the tables that the help is made of. */
export const edgectlPage = (): string =>
	page({name: 'edgectl', section: 1, title: 'operate edged, the edge relay daemon'}, [
		section(
			'Synopsis',
			synopsis('edgectl', '[GLOBAL OPTIONS] COMMAND [ARGUMENTS] [OPTIONS]'),
			'.br',
			synopsis('edgectl', 'COMMAND --help'),
		),
		section(
			'Description',
			prose(
				'edgectl talks to a running edged over its control socket: it hands over segments, shows what waits and why, steers delivery, and deals with what could not be delivered. Global options may stand before the command or behind it; the last one counts.',
			),
		),
		section('Global options', ...optionItems(GLOBAL_OPTIONS)),
		section('Commands', ...allCommands.flatMap(command => [describe(command)])),
		section(
			'Output',
			prose(
				'Text is for people: plain where the output is no terminal or NO_COLOR is set. With --output json the answer is JSON, and so is a failure: one line on the standard error. What each command prints is in docs/cli-json.md of the package.',
			),
		),
		section(
			'Exit status',
			...Object.entries({
				0: 'done',
				1: 'refused by the daemon, or part of the work failed',
				2: 'the line that was typed makes no sense',
				3: 'the daemon is not reachable',
				4: 'there is no such record',
				130: 'interrupted with Ctrl-C',
			}).map(([code, meaning]) => item(code, meaning)),
		),
		section(
			'Environment',
			item('EDGED_SOCKET', 'the control socket, where --socket is not given'),
			item('AUTONOMY_OPERATOR', 'who does it, where --operator is not given'),
			item(
				'EDGED_BREAK_GLASS',
				'1 lets a change through that needs --operator and has none; the audit trail says so',
			),
			item('NO_COLOR', 'any value: no colours'),
		),
		section('Files', item('/run/edged/rpc.sock', 'the control socket of an installed daemon')),
		section('See also', prose('edged(8), edge.toml(5)')),
	]);

const describe = (command: Command): string => {
	const forms = Object.values(command.positionals).map(({form}) => form);
	const options = Object.keys(command.options).length > 0 ? ['[OPTIONS]'] : [];
	return subsection(
		`edgectl ${command.name}`,
		synopsis(`edgectl ${command.name}`, [...forms, ...options].join(' ')),
		'.PP',
		prose(`${command.help}.`),
		...(command.details === undefined ? [] : ['.PP', prose(command.details)]),
		...Object.values(command.positionals).map(({form, help}) => item(form.replaceAll(/[<>[\]]/g, ''), help)),
		...optionItems(command.options),
		'.PP',
		command.examples.length === 1 ? 'Example:' : 'Examples:',
		verbatim(command.examples.map(line => `  ${line}`)),
	);
};

const optionItems = (options: Options): string[] =>
	Object.values(options).map(({flags, help, initial}) =>
		item(
			flags,
			typeof initial === 'number' || typeof initial === 'string' ? `${help} (default: ${initial})` : help,
		),
	);
