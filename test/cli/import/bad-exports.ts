import {mkdir, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import type {Pack} from 'tar-stream';
import {deadRecord, digestOf, exportFiles, type Files, tarOf, writeFiles} from '../../helpers/dead-export.js';
import {importInto as run} from '../../helpers/taking-daemon.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const GOOD = exportFiles([deadRecord('a', 'one'), deadRecord('b', 'two')], ['one', 'two']);
const ONE = `payloads/${digestOf('one')}`;
const but = (changes: Readonly<Record<string, string | undefined>>): Files => {
	const files = new Map<string, string | Buffer>(GOOD);
	for (const [name, content] of Object.entries(changes)) {
		if (content === undefined) {
			files.delete(name);
		} else {
			files.set(name, content);
		}
	}
	return files;
};
const lines = (...all: Array<object | string>): string =>
	all.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
const firstLine = (more: object): Files =>
	but({'records.jsonl': lines(deadRecord('a', 'one', more), deadRecord('b', 'two'))});

// Of a directory and of a tar: the rest comes in.
const PARTLY: ReadonlyArray<readonly [string, Files, RegExp]> = [
	[
		'a payload that is missing',
		but({[ONE]: undefined}),
		/records\.jsonl line 1: a for outbox: payloads\/\w{64} is missing; left out/,
	],
	[
		'a payload with other bytes',
		but({[ONE]: 'eno'}),
		/line 1: a for outbox: payloads\/\w{64} has other bytes than its name says \(SHA-256\); left out/,
	],
	[
		'a record with another size',
		firstLine({size_bytes: 4}),
		/line 1: a for outbox: payloads\/\w{64} has 3 bytes, its record says 4; left out/,
	],
	[
		'a line that is no JSON',
		but({'records.jsonl': lines('{"segment_id": "a', deadRecord('b', 'two'))}),
		/records\.jsonl line 1: it is no JSON; left out/,
	],
	[
		'a line that is no object',
		but({'records.jsonl': lines('[1]', deadRecord('b', 'two'))}),
		/line 1: it is no JSON object; left out/,
	],
	[
		'a bad line after an empty one',
		but({'records.jsonl': lines(deadRecord('b', 'two'), '', 'x')}),
		/line 3: it is no JSON; left out/,
	],
	[
		'a line that is missing',
		but({'records.jsonl': lines(deadRecord('b', 'two'))}),
		/records\.jsonl has 1 lines, the manifest says 2/,
	],
	[
		'a payload outside of the export',
		firstLine({payload: '../../etc/passwd'}),
		/line 1: "payload" is "\.\.\/\.\.\/etc\/passwd"; only payloads\//,
	],
	['a sha256 that is a path', firstLine({sha256: '../x'}), /line 1: "sha256" is "\.\.\/x"; left out/],
	['a record that is not dead', firstLine({state: 'pending'}), /line 1: "state" is "pending"; left out/],
	[
		'a segment id with a slash',
		firstLine({segment_id: '../a'}),
		/line 1: "segment_id" is "\.\.\/a"; left out/,
	],
	[
		'a time that is none',
		firstLine({enqueued_at: 'yesterday'}),
		/line 1: "enqueued_at" is "yesterday"; left out/,
	],
	['a reason nobody knows', firstLine({reason: 'BORED'}), /line 1: "reason" is "BORED"; left out/],
	[
		'attempts that are none',
		firstLine({attempts: [{number: 1}]}),
		/line 1: "attempts" is \[\{"number":1\}\]; left out/,
	],
	['labels that are no text', firstLine({labels: {a: 1}}), /line 1: "labels" is \{"a":1\}; left out/],
];

for (const [title, files, message] of PARTLY) {
	for (const form of ['directory', 'tar.gz'] as const) {
		test(`${title}, in a ${form}: told and left out, the rest is imported`, async t => {
			const source = path.join(await temporaryDirectory(t), 'dead');
			await (form === 'directory'
				? writeFiles(source, files)
				: writeFile(source, gzipSync(await tarOf(files))));
			const landed = new Map<string, string>();
			const {exitCode, errors, out} = await run(source, landed);
			t.regex(errors, message);
			t.is(exitCode, 1);
			t.deepEqual([...landed], [['b', 'two']]);
			t.regex(out, /^imported 1 deadletter from .*: 1 new, 0 here already\n {2}1 left out/);
		});
	}
}

const MANIFEST = {format: 'edged-deadletters', format_version: 1, node_id: 'far', records: 2};
// Nothing comes in.
const WHOLLY: ReadonlyArray<readonly [string, Files, RegExp]> = [
	[
		'no manifest',
		but({'manifest.json': undefined}),
		/dead has no manifest\.json: it is no export.*nothing was imported\. Export again/,
	],
	[
		'a manifest that is no JSON',
		but({'manifest.json': '{'}),
		/dead: manifest\.json is no JSON: the export is damaged/,
	],
	[
		'a version of tomorrow',
		but({'manifest.json': JSON.stringify({...MANIFEST, format_version: 2})}),
		/dead is of version 2; this edgectl reads version 1: use/,
	],
	[
		'something else',
		but({'manifest.json': JSON.stringify({...MANIFEST, format: 'docker'})}),
		/dead is no export of deadletters: manifest\.json says "docker"/,
	],
	['no records', but({'records.jsonl': undefined}), /dead has no records\.jsonl/],
];

for (const [title, files, message] of WHOLLY) {
	for (const form of ['directory', 'tar'] as const) {
		test(`${title}, in a ${form}: refused as a whole`, async t => {
			const source = path.join(await temporaryDirectory(t), 'dead');
			await (form === 'directory' ? writeFiles(source, files) : writeFile(source, await tarOf(files)));
			const landed = new Map<string, string>();
			const {exitCode, errors, out} = await run(source, landed);
			t.regex(errors, message);
			t.is(exitCode, 1);
			t.is(out, '');
			t.is(landed.size, 0);
		});
	}
}

test('a payload that is a link is not followed', async t => {
	const directory = await temporaryDirectory(t);
	const source = path.join(directory, 'dead');
	await writeFiles(source, GOOD);
	await writeFile(path.join(directory, 'secret'), 'one');
	await rm(path.join(source, ONE));
	await symlink(path.join(directory, 'secret'), path.join(source, ONE));
	const landed = new Map<string, string>();
	const {exitCode, errors} = await run(source, landed);
	t.regex(errors, /line 1: a for outbox: payloads\/\w{64} is a link, which is not followed; left out/);
	t.is(exitCode, 1);
	t.deepEqual([...landed.keys()], ['b']);
});

const IN_TAR: ReadonlyArray<readonly [string, (tar: Pack) => void, RegExp]> = [
	[
		'a name with ..',
		tar => tar.entry({name: '../escaped'}, 'x'),
		/\.\.\/escaped in the archive would lie outside of it; left out/,
	],
	[
		'a name from the root',
		tar => tar.entry({name: '/tmp/escaped'}, 'x'),
		/\/tmp\/escaped in the archive would lie outside of it; left out/,
	],
	[
		'a link',
		tar => tar.entry({name: 'payloads', type: 'symlink', linkname: '/etc'}),
		/payloads in the archive is a symlink, no file; left out/,
	],
	[
		'a device',
		tar => tar.entry({name: 'disk', type: 'block-device'}),
		/disk in the archive is a block-device, no file; left out/,
	],
];

for (const [title, add, message] of IN_TAR) {
	test(`${title} in an archive is left out, the rest is imported, and nothing stays behind`, async t => {
		const directory = await temporaryDirectory(t);
		const source = path.join(directory, 'dead.tar');
		await writeFile(source, await tarOf(GOOD, add));
		const landed = new Map<string, string>();
		const {exitCode, errors} = await run(source, landed);
		t.regex(errors, message);
		t.is(exitCode, 1);
		t.deepEqual([...landed.keys()], ['a', 'b']);
		t.deepEqual(await readdir(directory), ['dead.tar']);
	});
}

const BROKEN: ReadonlyArray<readonly [string, () => Promise<Buffer>, RegExp]> = [
	[
		'a tar.gz that is cut',
		async () => gzipSync(await tarOf(GOOD)).subarray(0, 200),
		/is cut off: it was not copied or written to its end; nothing was imported/,
	],
	[
		'a tar that is cut',
		async () => (await tarOf(GOOD)).subarray(0, 700),
		/is cut off: .*; nothing was imported/,
	],
	[
		'a picture',
		async () => Buffer.alloc(4096, 0xd8),
		/is no tar and no tar\.gz, or it is damaged; nothing was imported/,
	],
	[
		'a damaged tar.gz',
		async () => {
			const zipped = gzipSync(await tarOf(GOOD));
			zipped.fill(0xff, 40, 80);
			return zipped;
		},
		/is damaged: .*; nothing was imported/,
	],
	['an empty file', async () => Buffer.alloc(0), /has no manifest\.json/],
	[
		'a file twice',
		() => tarOf(GOOD, tar => tar.entry({name: 'records.jsonl'}, 'x')),
		/records\.jsonl is in it twice; nothing was imported/,
	],
	[
		'a manifest of gigabytes',
		() => tarOf(new Map([['manifest.json', Buffer.alloc(2 ** 20 + 1)]])),
		/manifest\.json in it has 1 MiB: it is no export/,
	],
	[
		'a header of megabytes',
		() => tarOf(GOOD, tar => tar.entry({name: 'x', pax: {comment: 'x'.repeat(8 * 2 ** 20)}}, 'x')),
		/cannot be imported: Header exceeds max size; nothing was imported/,
	],
];

for (const [title, bytes, message] of BROKEN) {
	test(`${title} is refused as a whole`, async t => {
		const source = path.join(await temporaryDirectory(t), 'dead');
		await writeFile(source, await bytes());
		const landed = new Map<string, string>();
		const {exitCode, errors} = await run(source, landed);
		t.regex(errors, message);
		t.true(errors.includes(source));
		t.is(exitCode, 1);
		t.is(landed.size, 0);
	});
}

test('what is not there, and what is neither file nor directory', async t => {
	const directory = await temporaryDirectory(t);
	const none = await run(path.join(directory, 'dead'), new Map());
	t.regex(none.errors, /there is no .*dead/);
	t.is(none.exitCode, 1);
	t.regex((await run('/dev/null', new Map())).errors, /\/dev\/null is neither a directory nor a file/);
	await mkdir(path.join(directory, 'empty'));
	t.regex((await run(path.join(directory, 'empty'), new Map())).errors, /empty has no manifest\.json/);
});
