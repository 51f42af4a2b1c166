import {createHash} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
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
