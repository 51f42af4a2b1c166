import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import test from 'ava';
import {type Item, itemsOf} from '../../../src/cli/segments/items.js';
import {splitLines} from '../../../src/cli/segments/lines.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const linesOf = async (...chunks: readonly string[]): Promise<string[]> => {
	const lines: string[] = [];
	for await (const line of splitLines(Readable.from(chunks.map(chunk => Buffer.from(chunk, 'latin1'))))) {
		lines.push(line.toString('latin1'));
	}
	return lines;
};

const splits = test.macro(async (t, chunks: readonly string[], lines: readonly string[]) => {
	t.deepEqual(await linesOf(...chunks), lines);
});
test('nothing has no lines', splits, [], []);
test('a last line needs no newline', splits, ['a\nb'], ['a', 'b']);
test('a last newline begins no line', splits, ['a\nb\n'], ['a', 'b']);
test('an empty line is an empty segment', splits, ['\n\na\n'], ['', '', 'a']);
test('a line may come in pieces', splits, ['a', 'b', 'c\nd', '\n', 'e'], ['abc', 'd', 'e']);
test('bytes are left as they are', splits, ['\xff\x00\r\n\xc3'], ['\xff\x00\r', '\xc3']);
test('a line longer than any segment is refused before memory is full', async t => {
	const endless = Readable.from(
		(function* () {
			for (;;) {
				yield Buffer.alloc(1024 * 1024, 'x');
			}
		})(),
	);
	await t.throwsAsync(splitLines(endless).next(), {message: /longer than 64 MiB/});
});

const collect = async (names: readonly string[], unit: 'input' | 'line', stdin = Readable.from([])) => {
	const items: Item[] = [];
	const found: string[] = [];
	for await (const item of itemsOf({names, stdin, unit})) {
		items.push(item);
		if (item.kind === 'unreadable') {
			found.push(`${item.origin} ${item.problem}`);
		} else {
			const {payload} = item;
			const bytes = payload.kind === 'bytes' ? payload.bytes : await buffer(payload.stream);
			found.push(`${item.origin} ${payload.kind} ${bytes.length}`);
		}
	}
	return {items, found};
};

test('small files are read, large ones are streamed with their length, others go on behind one that cannot be read', async t => {
	const directory = await temporaryDirectory(t);
	const file = (name: string) => path.join(directory, name);
	await writeFile(file('empty'), '');
	await writeFile(file('small'), Buffer.alloc(65_536, 1));
	await writeFile(file('large'), Buffer.alloc(65_537, 2));
	await mkdir(file('folder'));
	const {items, found} = await collect(['empty', 'none', 'folder', 'small', 'large'].map(file), 'input');
	t.deepEqual(
		found.map(line => line.replace(`${directory}/`, '')),
		[
			'empty bytes 0',
			'none no such file',
			'folder is a directory; name the files in it',
			'small bytes 65536',
			'large stream 65537',
		],
	);
	const last = items.at(-1);
	t.true(last?.kind === 'payload' && last.payload.kind === 'stream' && last.payload.byteLength === 65_537);
});

test('the input is a stream of unknown length', async t => {
	const {items, found} = await collect(['-'], 'input', Readable.from([Buffer.from('hello')]));
	t.deepEqual(found, ['- stream 5']);
	t.like(items[0], {payload: {byteLength: undefined}});
});

test('lines of files and of the input are named by their number', async t => {
	const directory = await temporaryDirectory(t);
	const log = path.join(directory, 'a.log');
	await writeFile(log, 'one\ntwo\n');
	const {found} = await collect([log, '-'], 'line', Readable.from([Buffer.from('three')]));
	t.deepEqual(found, [`${log}:1 bytes 3`, `${log}:2 bytes 3`, '-:1 bytes 5']);
});
