import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, symlink, truncate} from 'node:fs/promises';
import {createServer} from 'node:net';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {deadRecord, digestOf, exportFiles, type Files, writeFiles} from '../../helpers/dead-export.js';
import {importInto} from '../../helpers/taking-daemon.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const GOOD = exportFiles([deadRecord('a', 'one'), deadRecord('b', 'two')], ['one', 'two']);
const ONE = `payloads/${digestOf('one')}`;
const without = (name: string): Files => new Map([...GOOD].filter(([each]) => each !== name));

/** Each would be waited at for ever, or has no end. */
const NO_FILES: ReadonlyArray<
	readonly [string, (place: string, t: ExecutionContext) => Promise<void>, RegExp]
> = [
	['a pipe', async place => void execFileSync('mkfifo', [place]), /is a pipe, no file/],
	[
		'a socket',
		async (place, t) => {
			const server = createServer().listen(place);
			t.teardown(() => void server.close());
			await once(server, 'listening');
		},
		/is a socket(?: or a device)?, no file/,
	],
	['a directory', async place => void (await mkdir(place)), /is a directory, no file/],
];

for (const [what, make, message] of NO_FILES) {
	for (const name of ['manifest.json', 'records.jsonl'] as const) {
		test(`${what} as ${name} is refused by its name, as a whole`, async t => {
			const source = path.join(await temporaryDirectory(t), 'dead');
			await writeFiles(source, without(name));
			await make(path.join(source, name), t);
			const landed = new Map<string, string>();
			const {exitCode, errors} = await importInto(source, landed);
			t.regex(errors, message);
			t.regex(
				errors,
				new RegExp(`dead is no export of deadletters: ${name} in it is a .*nothing was imported`),
			);
			t.is(exitCode, 1);
			t.is(landed.size, 0);
		});
	}
	test(`${what} as a payload is told by its name and left out, the rest is imported`, async t => {
		const directory = await temporaryDirectory(t);
		const source = path.join(directory, 'd');
		await writeFiles(source, without(ONE));
		await make(path.join(source, ONE), t);
		const landed = new Map<string, string>();
		const {exitCode, errors} = await importInto(source, landed);
		t.regex(errors, message);
		t.regex(errors, /line 1: a for outbox: payloads\/\w{64} is a .*; left out/);
		t.is(exitCode, 1);
		t.deepEqual([...landed.keys()], ['b']);
	});
}

test('a device in the place of the records is not read', async t => {
	const source = path.join(await temporaryDirectory(t), 'dead');
	await writeFiles(source, without('records.jsonl'));
	await symlink('/dev/zero', path.join(source, 'records.jsonl'));
	const {exitCode, errors} = await importInto(source, new Map());
	t.regex(errors, /records\.jsonl in it is a device, no file; nothing was imported/);
	t.is(exitCode, 1);
});

test('a manifest of gigabytes is not read', async t => {
	const source = path.join(await temporaryDirectory(t), 'dead');
	await writeFiles(source, GOOD);
	await truncate(path.join(source, 'manifest.json'), 2 ** 33);
	const {exitCode, errors} = await importInto(source, new Map());
	t.regex(errors, /manifest\.json in it has 8 GiB; nothing was imported/);
	t.is(exitCode, 1);
});
