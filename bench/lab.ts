import {spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/**
 * `npm run lab -- NAME [ARGUMENT...]` runs one long experiment (a soak, a crash series, a drain of a million segments) that is
 * no part of `npm test`. A lab is a module in `bench/labs` or `test/labs` that acts when it is run.
 */
const FOLDERS = ['labs', '../test/labs'].map(folder => fileURLToPath(new URL(folder, import.meta.url)));

const labs = new Map(
	FOLDERS.filter(folder => existsSync(folder)).flatMap(folder =>
		readdirSync(folder)
			.filter(file => file.endsWith('.js'))
			.map(file => [path.basename(file, '.js'), path.join(folder, file)] as const),
	),
);

const [name, ...words] = process.argv.slice(2);
const file = name === undefined ? undefined : labs.get(name);
if (file === undefined) {
	const known = [...labs.keys()].sort();
	const reason = name === undefined ? 'npm run lab -- NAME [ARGUMENT...]' : `No lab is called ${name}.`;
	const offer =
		known.length === 0 ? 'There are no labs yet.' : `Labs:\n${known.map(lab => `  ${lab}`).join('\n')}`;
	process.stderr.write(`${reason}\n${offer}\n`);
	process.exitCode = 2;
} else {
	const child = spawn(process.execPath, [file, ...words], {stdio: 'inherit'});
	child.on('exit', (code, signal) => {
		process.exitCode = signal === null ? (code ?? 1) : 1;
	});
}
