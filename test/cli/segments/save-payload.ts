import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readdir, readFile, readlink, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {Readable} from 'node:stream';
import test from 'ava';
import {savePayload} from '../../../src/cli/segments/save-payload.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const CONTENT = Buffer.from('the payload');
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');
const never = new AbortController().signal;

test('a payload takes the place of what was there, whole', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'out.bin');
	await writeFile(file, 'before');
	await savePayload(Readable.from([CONTENT.subarray(0, 3), CONTENT.subarray(3)]), file, DIGEST, never);
	t.deepEqual(await readFile(file), CONTENT);
	t.deepEqual(await readdir(directory), ['out.bin']);
});

const leavesAlone = test.macro(
	async (t, payload: () => Readable, signal: () => AbortSignal, words: RegExp) => {
		const directory = await temporaryDirectory(t);
		const file = path.join(directory, 'out.bin');
		await writeFile(file, 'before');
		await t.throwsAsync(savePayload(payload(), file, DIGEST, signal()), {message: words});
		t.is(await readFile(file, 'utf8'), 'before');
		t.deepEqual(await readdir(directory), ['out.bin']);
	},
);
test(
	'bytes with another digest are not kept',
	leavesAlone,
	() => Readable.from([Buffer.from('other')]),
	() => never,
	/does not have the digest/,
);
test(
	'a payload that breaks off is not kept',
	leavesAlone,
	() =>
		Readable.from(
			(function* () {
				yield CONTENT.subarray(0, 3);
				throw new Error('broken off');
			})(),
		),
	() => never,
	/broken off/,
);
test(
	'Ctrl-C leaves nothing behind',
	leavesAlone,
	() => new Readable({read() {}}),
	() => AbortSignal.abort(),
	/aborted/,
);

test('a link stays one, and what it names gets the payload', async t => {
	const directory = await temporaryDirectory(t);
	const [file, link] = [path.join(directory, 'out.bin'), path.join(directory, 'latest')];
	await writeFile(file, 'before');
	await symlink('out.bin', link);
	await savePayload(Readable.from([CONTENT]), link, DIGEST, never);
	t.is(await readlink(link), 'out.bin');
	t.deepEqual(await readFile(file), CONTENT);
});

test('a pipe gets the bytes, and stays a pipe', async t => {
	const directory = await temporaryDirectory(t);
	const pipe = path.join(directory, 'pipe');
	execFileSync('mkfifo', [pipe]);
	const [read] = await Promise.all([
		readFile(pipe),
		savePayload(Readable.from([CONTENT]), pipe, DIGEST, never),
	]);
	t.deepEqual(read, CONTENT);
	t.true((await stat(pipe)).isFIFO());
	await savePayload(Readable.from([CONTENT]), '/dev/null', DIGEST, never);
	t.true((await stat('/dev/null')).isCharacterDevice());
});

test('what the file system refuses names the file that was asked for, and nothing is left behind', async t => {
	const directory = await temporaryDirectory(t);
	for (const [file, why] of [
		[directory, 'it is a directory; name a file in it'],
		[path.join(directory, 'nowhere', 'out.bin'), 'there is no such directory'],
		[path.join(directory, 'x'.repeat(250)), 'the name is too long'],
	] as const) {
		await t.throwsAsync(savePayload(Readable.from([CONTENT]), file, DIGEST, never), {
			message: `the payload cannot be written to ${file}: ${why}`,
		});
	}
	t.deepEqual(await readdir(directory), []);
});
