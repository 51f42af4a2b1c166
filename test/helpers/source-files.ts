import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The root of the project: tests run from build/test. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

export type SourceFile = {
	/** Below src, with `/`: `storage/store.ts`. */
	readonly name: string;
	/** The folder right below src; `''` for an entry point. */
	readonly folder: string;
	readonly text: string;
	/** Files of src that it imports, named as `name` is, types included. */
	readonly imports: readonly string[];
	/** Packages and `node:` modules that it imports. */
	readonly packages: readonly string[];
};

/** Every TypeScript file of src. */
export const sourceFiles = (): SourceFile[] => {
	const root = path.join(PROJECT, 'src');
	return readdirSync(root, {recursive: true, encoding: 'utf8'})
		.filter(name => name.endsWith('.ts'))
		.map(name => name.split(path.sep).join('/'))
		.map(name => readSource(name, readFileSync(path.join(root, name), 'utf8')));
};

const readSource = (name: string, text: string): SourceFile => {
	const specifiers = specifiersIn(text);
	return {
		name,
		folder: name.includes('/') ? (name.split('/')[0] ?? '') : '',
		text,
		imports: specifiers
			.filter(specifier => specifier.startsWith('.') && specifier.endsWith('.js'))
			.map(specifier => path.posix.join(path.posix.dirname(name), specifier).replace(/\.js$/, '.ts')),
		packages: specifiers.filter(specifier => !specifier.startsWith('.')),
	};
};

/** `import ... from 'x'`, `export ... from 'x'`, `import 'x'` and `import('x')`. */
export const specifiersIn = (text: string): string[] =>
	[...text.matchAll(/(?:^|[\s}])from\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g)].map(
		([, from, bare]) => from ?? bare ?? '',
	);
