import test from 'ava';
import {type SourceFile, sourceFiles, specifiersIn} from './helpers/source-files.js';

const STORAGE_SIDE = ['config', 'outbound', 'runtime', 'storage'];
/** The arrows of docs/architecture.md: what each folder of src may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	outbound: [],
	runtime: ['outbound'],
	config: ['outbound'],
	storage: ['config', 'outbound', 'runtime'],
	deadletter: STORAGE_SIDE,
	delivery: STORAGE_SIDE,
	ingest: STORAGE_SIDE,
	audit: ['config', 'outbound', 'runtime'],
	rpc: ['outbound', 'runtime'],
	cli: ['audit', 'config', 'outbound', 'rpc'],
	daemon: [...STORAGE_SIDE, 'audit', 'deadletter', 'delivery', 'ingest', 'rpc'],
};

/** What the rest of edged may know of storage: its interface and the codec of blocks and requests. */
const STORAGE_INTERFACE = ['storage/store.ts', 'storage/request-codec.ts', 'storage/entry-record.ts'];

/** A difficult package lives behind one door. */
const DOORS: Readonly<Record<string, RegExp>> = {
	lmdb: /^storage\//,
	bottleneck: /^delivery\/bottleneck-limiter\.ts$/,
	'p-queue': /^delivery\//,
	undici: /^(?:delivery|cli)\//,
	'json-rpc-2.0': /^rpc\//,
	pino: /^runtime\/logger\.ts$/,
	'smol-toml': /^config\//,
	zod: /^(?:config|rpc|daemon\/rollback)\//,
	commander: /^(?:cli\/|daemon\/command-line\.ts$)/,
	'prom-client': /^daemon\/admin\//,
	'tar-stream': /^(?:audit|cli)\//,
	'csv-stringify': /^audit\//,
	koffi: /^runtime\//,
};

const MAX_LINES = 300;
const SAYS_NOTHING =
	/(?:^|[/-])(?:utils?|utilit(?:y|ies)|helpers?|common|types?|lib|misc|shared)(?=[/-]|\.ts$)/;

const files = sourceFiles();
const folderOf = (file: string): string => file.split('/')[0] ?? '';
const arrows = (from: readonly SourceFile[], isRefused: (imported: string, file: SourceFile) => boolean) =>
	from.flatMap(file =>
		file.imports.filter(name => isRefused(name, file)).map(name => `${file.name} imports ${name}`),
	);

test('every folder of src has its place in the arrows', t => {
	t.true(files.length > 20, `only ${files.length} files were found`);
	const folders = new Set(files.map(({folder}) => folder).filter(folder => folder !== ''));
	t.deepEqual(
		[...folders].filter(folder => !(folder in MAY_IMPORT)),
		[],
	);
});

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
	test(`src/${folder} imports only what is below it`, t => {
		const own = files.filter(file => file.folder === folder);
		t.deepEqual(
			arrows(own, name => ![folder, ...allowed].includes(folderOf(name))),
			[],
		);
	});
}

test('an entry point imports only the daemon or the CLI', t => {
	const entries = files.filter(({folder}) => folder === '');
	t.deepEqual(
		arrows(entries, name => !['daemon', 'cli'].includes(folderOf(name))),
		[],
	);
});

test('outside storage and the daemon, only the interface of storage is known', t => {
	const outside = files.filter(({folder}) => !['storage', 'daemon'].includes(folder));
	t.deepEqual(
		arrows(outside, name => folderOf(name) === 'storage' && !STORAGE_INTERFACE.includes(name)),
		[],
	);
});

test('the CLI knows no configuration but the paths', t => {
	const cli = files.filter(({folder}) => folder === 'cli');
	t.deepEqual(
		arrows(cli, name => folderOf(name) === 'config' && name !== 'config/paths.ts'),
		[],
	);
});

test('every import leads to a file that is there', t => {
	const names = new Set(files.map(({name}) => name));
	t.deepEqual(
		arrows(files, name => !names.has(name)),
		[],
	);
});

for (const [name, door] of Object.entries(DOORS)) {
	test(`the package ${name} stays behind its door`, t => {
		const users = files.filter(({packages}) =>
			packages.some(used => used === name || used.startsWith(`${name}/`)),
		);
		t.deepEqual(
			users.map(file => file.name).filter(file => !door.test(file)),
			[],
		);
	});
}

test('the surroundings of the process are read at the entry points only', t => {
	const reads = /\bprocess\.(?:env|argv|exit|stdin)\b|\bMath\.random\b/;
	const inside = files.filter(({folder}) => !['', 'cli', 'daemon'].includes(folder));
	t.deepEqual(
		inside.filter(({text}) => reads.test(withoutComments(text))).map(({name}) => name),
		[],
	);
});

test(`no file is longer than ${MAX_LINES} lines`, t => {
	const long = files.map(({name, text}) => ({name, lines: text.split('\n').length - 1}));
	t.deepEqual(
		long.filter(({lines}) => lines > MAX_LINES),
		[],
	);
});

test('every file and folder says what it holds', t => {
	t.deepEqual(
		files.map(({name}) => name).filter(name => SAYS_NOTHING.test(name)),
		[],
	);
});

test('all forms of import are seen', t => {
	const text = `
		import './a.js';
		import type {B} from './b.js';
		import {
			c,
		} from './c.js';
		export {d} from './d.js';
		export * from './e.js';
		const f = await import('./f.js');
		const from = 'nowhere';
	`;
	t.deepEqual(specifiersIn(text), ['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js']);
});

for (const name of ['rpc/utils.ts', 'cli/helpers/a.ts', 'rpc/string-utils.ts', 'types.ts', 'lib/a.ts']) {
	test(`"${name}" would be refused as a name`, t => t.regex(name, SAYS_NOTHING));
}
for (const name of ['rpc/contract/fields.ts', 'storage/library.ts', 'ingest/status-codes.ts']) {
	test(`"${name}" would do as a name`, t => t.notRegex(name, SAYS_NOTHING));
}

function withoutComments(text: string): string {
	return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}
