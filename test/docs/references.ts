import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {PROJECT, sourceFiles} from '../helpers/source-files.js';

const pages = ['README.md', ...readdirSync(path.join(PROJECT, 'docs')).map(name => `docs/${name}`)];
const sources = sourceFiles().map(({name}) => `src/${name}`);

for (const page of pages) {
	const text = readFileSync(path.join(PROJECT, page), 'utf8');

	test(`${page} links to files that exist`, t => {
		const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
		const missing = links.filter(link => !existsSync(path.join(PROJECT, path.dirname(page), link)));
		t.deepEqual(missing, []);
	});

	test(`${page} names source files that exist`, t => {
		const names = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name = '']) => name);
		const missing = names.filter(
			name => !sources.some(file => file.endsWith(`/${name}`)) && !existsSync(path.join(PROJECT, name)),
		);
		t.deepEqual(missing, []);
	});
}
