import {readFileSync} from 'node:fs';
import path from 'node:path';
import {sections} from '../../../src/config/sections.js';
import {PROJECT} from '../source-files.js';
import {item, page, prose, section, subsection, verbatim} from './roff.js';

/** edge.toml(5): every key with what it takes and its default from src/config, and the words of the README's table. */
export const configPage = (): string => {
	const meanings = meaningsInReadme();
	return page({name: 'edge.toml', section: 5, title: 'configuration of edged'}, [
		section(
			'Description',
			prose(
				'The file is TOML. edged --config FILE --check lists everything that is wrong with it, with lines, or prints what holds. Unknown keys are errors. Sizes take bytes or text such as "64 MiB"; _seconds and _days take fractions; relative paths start at the directory of the file. "" means none. SIGHUP reads the file again, all of it or nothing: keys marked live change at once, of the others the log says that they need a restart.',
			),
		),
		section(
			'Keys',
			...Object.entries(sections).map(([table, {fields}]) =>
				subsection(
					table.startsWith('peers') ? `[[${table}]]` : `[${table}]`,
					...Object.values(fields).map(({key, fallback, allowed}) => {
						const initial = fallback === undefined ? 'required' : `default: ${JSON.stringify(fallback)}`;
						return item(
							`${key}`,
							`${meanings.get(`${table}.${key}`) ?? ''}`.trim(),
							`Takes ${allowed}; ${initial}.`,
						);
					}),
				),
			),
		),
		section(
			'Example',
			verbatim([
				'[node]',
				'id = "site-7"',
				'',
				'[relay.bandwidth]',
				'bytes_per_second = "64 KiB"',
				'',
				'[[peers]]',
				'id = "hub"',
				'url = "https://hub.example.net:7443"',
				'ca_file = "tls/ca.crt"',
				'cert_file = "tls/site-7.crt"',
				'key_file = "tls/site-7.key"',
			]),
		),
		section('See also', prose('edged(8), edgectl(1)')),
	]);
};

/** By key. Markdown is taken out. */
const meaningsInReadme = (): ReadonlyMap<string, string> => {
	const readme = readFileSync(path.join(PROJECT, 'README.md'), 'utf8');
	const rows = readme.matchAll(/^\| `((?:[a-z_]+\.)+[a-z_]+)` \| (?:required|`[^`]*`) \| (.+) \|$/gm);
	return new Map(
		[...rows].map(([, key = '', text = '']) => [
			key,
			sentence(text.startsWith('`') ? plain(text) : capital(plain(text))),
		]),
	);
};

const plain = (text: string): string =>
	text
		.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replaceAll(/[.,]?\s*\*\*live\*\*/g, ' (live)')
		.replaceAll('**', '')
		.replaceAll('`', '')
		.replaceAll('\\|', '|');

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const sentence = (text: string): string => `${text}${/[.!?]$/.test(text) ? '' : '.'}`;
