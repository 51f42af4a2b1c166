import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {PROJECT, sourceFiles} from '../helpers/source-files.js';

test('docs/operations.md lists every metric there is, and no other', t => {
	const operations = readFileSync(path.join(PROJECT, 'docs/operations.md'), 'utf8');
	const documented = [...operations.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name = '']) => name);
	const metrics = documented.filter(name => NAME.test(name));
	t.deepEqual(metrics.sort(), inSource());
});

const NAME = /^(?:edged|process|nodejs)_/;

const inSource = (): string[] => {
	const names = sourceFiles()
		.filter(({name}) => name.startsWith('daemon/admin/'))
		.flatMap(({text}) => [...text.matchAll(/'((?:edged|process|nodejs)_[a-z_]+)'/g)])
		.map(([, name = '']) => name);
	return [...new Set(names)].sort();
};
