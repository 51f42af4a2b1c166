import {readCommandLine} from '../../../src/daemon/command-line.js';
import {item, page, prose, section, subsection, synopsis} from './roff.js';

/** edged(8): the daemon and its own commands, from the help that they print. */
export const edgedPage = (): string => {
	const daemon = helpOf(['--help']);
	const fsck = helpOf(['fsck', '--help']);
	return page({name: 'edged', section: 8, title: 'store-and-forward relay for edge devices'}, [
		section(
			'Synopsis',
			synopsis('edged', '--config FILE [--check]'),
			'.br',
			synopsis('edged fsck', '--config FILE [--repair] [--export DIR] [--output FORMAT]'),
		),
		section(
			'Description',
			prose(`${daemon.about}.`),
			'.PP',
			prose(
				'Programs on the device hand it segments: any bytes. edged makes them durable before it says yes, and delivers each to one or more peers over links that are slow, metered and often down, until the peer has acknowledged it. edgectl(1) operates it.',
			),
		),
		section('Options', ...daemon.options.map(([flags, help]) => item(flags, help))),
		section(
			'Signals and exit status',
			...daemon.after
				.slice(1)
				.map(prose)
				.flatMap(text => [text, '.PP'])
				.slice(0, -1),
		),
		section(
			'Commands',
			subsection(
				'edged fsck',
				prose(`${fsck.about}.`),
				...fsck.options.map(([flags, help]) => item(flags, help)),
				'.PP',
				prose(fsck.after.join(' ')),
			),
		),
		section(
			'Files',
			item('/etc/edged/edge.toml', 'the configuration'),
			item('/var/lib/edged', 'the store: whatever must survive'),
			item('/run/edged/rpc.sock', 'the control socket, for edgectl'),
			item('/run/edged/ingest.sock', 'HTTP for producers on this machine'),
		),
		section('See also', prose('edgectl(1), edge.toml(5), systemctl(1)')),
	]);
};

type Help = {
	readonly about: string;
	readonly options: ReadonlyArray<readonly [flags: string, help: string]>;
	/** The lines below the options. */
	readonly after: readonly string[];
};

/** Commander lays the help out for a terminal; here its parts are wanted. */
const helpOf = (words: readonly string[]): Help => {
	const order = readCommandLine(words, '');
	const text = order.kind === 'say' ? order.text : '';
	const [, about = '', table = '', after = ''] =
		/^Usage: .*?\n\n(.*?)\n\nOptions:\n(.*?)(?:\n\n(.*))?$/s.exec(text) ?? [];
	const options: Array<[string, string]> = [];
	for (const line of table.split('\n')) {
		const [, flags, help = ''] = /^ {2}(-\S+(?: <\w+>)?) +(.*)$/.exec(line) ?? [];
		const last = options.at(-1);
		if (flags !== undefined) {
			options.push([flags, help]);
		} else if (last !== undefined) {
			last[1] += ` ${line.trim()}`;
		}
	}
	if (about === '' || options.length === 0) {
		throw new Error(`The help of edged ${words.join(' ')} has another form than this knows:\n${text}`);
	}
	return {about: about.replaceAll(/\s*\n\s*/g, ' '), options, after: after.split('\n')};
};
