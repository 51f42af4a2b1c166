import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {allCommands} from '../../src/cli/all-commands.js';
import {PROJECT} from '../helpers/source-files.js';

test('the README lists every command of edgectl, and no other', t => {
	const readme = readFileSync(path.join(PROJECT, 'README.md'), 'utf8');
	const [, section = ''] = /\n## edgectl\n(.*?)\n## /s.exec(readme) ?? [];
	// The name is what stands before the first argument or option.
	const documented = [...section.matchAll(/^\| `([a-z -]+?)(?= [[A-Z-]|`)/gm)].map(([, name]) => name);
	t.deepEqual(documented.sort(), allCommands.map(({name}) => name).sort());
});
