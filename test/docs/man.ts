import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {allCommands} from '../../src/cli/all-commands.js';
import {knownKeys} from '../../src/config/sections.js';
import {MAN_PAGES} from '../helpers/man/pages.js';
import {runShell} from '../helpers/shell.js';
import {PROJECT} from '../helpers/source-files.js';
import {toolTest} from '../helpers/tool-test.js';

const written = (file: string): string => readFileSync(path.join(PROJECT, 'man', file), 'utf8');

for (const [file, make] of Object.entries(MAN_PAGES)) {
	test(`man/${file} is what the sources say; npm run docs writes it anew`, t => {
		t.is(written(file), make());
	});
}

test('npm installs every page', t => {
	const manifest = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
		man: string[];
		files: string[];
	};
	t.deepEqual(
		manifest.man.toSorted(),
		Object.keys(MAN_PAGES)
			.map(file => `./man/${file}`)
			.toSorted(),
	);
	t.true(manifest.files.includes('man'));
});

const isMissing = spawnSync('mandoc', ['-?']).error !== undefined;
const mandocTest = toolTest('mandoc', isMissing);

for (const file of Object.keys(MAN_PAGES)) {
	mandocTest(`mandoc finds nothing wrong with man/${file}`, async t => {
		const {stdout, stderr} = await runShell('mandoc', [
			'-T',
			'lint',
			'-W',
			'warning',
			path.join(PROJECT, 'man', file),
		]);
		t.is(stdout + stderr, '');
	});
}

const shown = async (file: string): Promise<string> => {
	const {stdout} = await runShell('mandoc', [
		'-T',
		'ascii',
		'-O',
		'width=100',
		path.join(PROJECT, 'man', file),
	]);
	// Overstruck for bold: a character, a backspace, the character.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how it is written
	return stdout.replaceAll(/.\u0008/g, '').replaceAll(/\s+/g, ' ');
};

mandocTest('edgectl(1) shows every command, option and example as they are typed', async t => {
	const text = await shown('edgectl.1');
	for (const {name, options, examples} of allCommands) {
		t.true(text.includes(`edgectl ${name} `), name);
		for (const {flags} of Object.values(options)) {
			t.true(text.includes(flags), `${name} ${flags}`);
		}
		for (const example of examples) {
			t.true(text.includes(example.replaceAll(/\s+/g, ' ')), example);
		}
	}
});

mandocTest('edge.toml(5) shows every key', async t => {
	const text = await shown('edge.toml.5');
	for (const key of knownKeys) {
		t.true(text.includes(key.split('.').at(-1) ?? key), key);
	}
});
