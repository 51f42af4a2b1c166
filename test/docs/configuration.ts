import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {sections} from '../../src/config/sections.js';
import {PROJECT} from '../helpers/source-files.js';

/** Key and default of every row of the README's table, as written there. */
const documented = (): Map<string, string> => {
	const readme = readFileSync(path.join(PROJECT, 'README.md'), 'utf8');
	const rows = readme.matchAll(/^\| `((?:[a-z_]+\.)+[a-z_]+)` \| (required|`[^`]*`) \| .+ \|$/gm);
	return new Map([...rows].map(([, key = '', value = '']) => [key, value.replaceAll('`', '')]));
};

/** What a file that says nothing means, as a file would say it. */
const actual = (): Map<string, string> =>
	new Map(
		Object.entries(sections).flatMap(([table, {fields}]) =>
			Object.values(fields).map(({key, fallback}): [string, string] => [
				`${table}.${key}`,
				fallback === undefined ? 'required' : JSON.stringify(fallback),
			]),
		),
	);

test('the README lists every key of the configuration with its default, and no other', t => {
	t.deepEqual([...documented()].sort(), [...actual()].sort());
});
