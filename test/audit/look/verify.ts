import {appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {CHAIN_START, type Link} from '../../../src/audit/line.js';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {writeTrail} from '../../helpers/audit/write-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const DAYS = [3, 4, 2];
const LINES = 9;

type Files = {
	readonly directory: string;
	readonly names: readonly string[];
	linesOf(file: number): string[];
	write(file: number, lines: readonly string[]): void;
};

const trailIn = async (t: ExecutionContext): Promise<Files> => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, DAYS);
	const names = readdirSync(directory).sort();
	const place = (file: number) => path.join(directory, names[file] ?? '');
	return {
		directory,
		names,
		linesOf: file => readFileSync(place(file), 'utf8').split(/(?<=\n)/),
		write: (file, lines) => writeFileSync(place(file), lines.join('')),
	};
};

const headOf = async (directory: string): Promise<Link> => {
	const {last_seq: seq = 0, last_hash: hash = ''} = await verifyTrail(directory);
	return {seq, hash};
};

test('a trail as it was written is unbroken, and ends where the daemon says', async t => {
	const {directory} = await trailIn(t);
	const head = await headOf(directory);
	t.like(await verifyTrail(directory, head), {
		lines: LINES,
		first_seq: 1,
		last_seq: LINES,
		break_count: 0,
		unfinished_bytes: 0,
		end: {state: 'as_known', known_seq: LINES},
	});
	t.deepEqual((await verifyTrail(directory)).end, {state: 'not_checked'});
});

test('an empty trail is sound, unless the daemon has written one', async t => {
	const directory = await temporaryDirectory(t);
	t.like(await verifyTrail(directory, CHAIN_START), {lines: 0, break_count: 0, end: {state: 'as_known'}});
	const {end} = await verifyTrail(directory, {seq: 3, hash: 'a'.repeat(64)});
	t.is(end.state, 'wrong');
});

const breaksAt = test.macro(
	async (
		t: ExecutionContext,
		tamper: (files: Files) => void,
		[file, line, what]: readonly [file: number, line: number, what: RegExp],
	) => {
		const files = await trailIn(t);
		tamper(files);
		const {breaks, break_count: count} = await verifyTrail(files.directory);
		t.true(count >= 1);
		t.like(breaks[0], {file: files.names[file], line});
		t.regex(breaks[0]?.what ?? '', what);
	},
);
const edit = (file: number, change: (lines: string[]) => string[]) => (files: Files) =>
	files.write(file, change(files.linesOf(file)));

test(
	'a line that was changed is named, with its place',
	breaksAt,
	edit(1, ([a = '', b = '', ...rest]) => [a, b.replace('mia', 'bob'), ...rest]),
	[1, 2, /^number 5 was changed/],
);
test(
	'so is the last line of a day',
	breaksAt,
	edit(0, ([a = '', b = '', c = '']) => [a, b, c.replace('r3', 'r8')]),
	[0, 3, /^number 3 was changed/],
);
test(
	'a line that was removed is missing before the next',
	breaksAt,
	edit(1, ([a = '', , ...rest]) => [a, ...rest]),
	[1, 2, /^number 5 is missing before this one/],
);
test(
	'a day that was removed is missing before the next',
	breaksAt,
	({directory, names}) => rmSync(path.join(directory, names[1] ?? '')),
	[2, 1, /^numbers 4 to 7 are missing/],
);
test(
	'the first day that was removed is missing, and no prune tells of it',
	breaksAt,
	({directory, names}) => rmSync(path.join(directory, names[0] ?? '')),
	[1, 1, /^numbers 1 to 3 are missing .* no prune/],
);
test(
	'two lines that changed places show',
	breaksAt,
	edit(1, ([a = '', b = '', c = '', d = '']) => [a, c, b, d]),
	[1, 2, /missing before/],
);
test(
	'a line that stands twice shows',
	breaksAt,
	edit(1, ([a = '', ...rest]) => [a, a, ...rest]),
	[1, 2, /^number 4 stands behind number 4/],
);
test(
	'what is no line of edged shows',
	breaksAt,
	edit(1, ([a = '', ...rest]) => [a, 'hello\n', ...rest]),
	[1, 2, /is no JSON: edged did not write it/],
);
test(
	'so does a huge line',
	breaksAt,
	edit(1, ([a = '', ...rest]) => [a, `${'x'.repeat(600_000)}\n`, ...rest]),
	[1, 2, /is longer than any/],
);
test(
	'and bytes that are no text',
	breaksAt,
	({directory, names}) =>
		appendFileSync(path.join(directory, names[0] ?? ''), Buffer.from([0, 255, 254, 10])),
	[0, 4, /edged did not write it/],
);

test('a cut end shows against what the daemon knows, and only so', async t => {
	const files = await trailIn(t);
	const head = await headOf(files.directory);
	files.write(2, files.linesOf(2).slice(0, 1));
	t.is((await verifyTrail(files.directory)).break_count, 0);
	const {end} = await verifyTrail(files.directory, head);
	t.like(end, {state: 'wrong', known_seq: LINES});
});

test('a last line that was changed shows against what the daemon knows', async t => {
	const files = await trailIn(t);
	const head = await headOf(files.directory);
	edit(2, ([a = '', b = '']) => [a, b.replace('mia', 'bob')])(files);
	t.is((await verifyTrail(files.directory, head)).end.state, 'wrong');
});

test('an unfinished line at the very end is no break', async t => {
	const files = await trailIn(t);
	appendFileSync(path.join(files.directory, files.names[2] ?? ''), '{"seq":10,');
	t.like(await verifyTrail(files.directory, await headOf(files.directory)), {
		break_count: 0,
		unfinished_bytes: 10,
		end: {state: 'as_known'},
	});
});

test('whichever byte is changed, with the end known to the daemon it shows', async t => {
	const files = await trailIn(t);
	const head = await headOf(files.directory);
	const whole = files.names.map(name => readFileSync(path.join(files.directory, name)));
	await fc.assert(
		fc.asyncProperty(
			fc.integer({min: 0, max: 2}),
			fc.nat(),
			fc.integer({min: 1, max: 255}),
			async (file, at, flip) => {
				const bytes = Buffer.from(whole[file] as Buffer);
				const place = at % bytes.length;
				bytes[place] = (bytes[place] as number) ^ flip;
				const name = path.join(files.directory, files.names[file] ?? '');
				writeFileSync(name, bytes);
				const {break_count: breaks, end} = await verifyTrail(files.directory, head);
				writeFileSync(name, whole[file] as Buffer);
				return breaks > 0 || end.state === 'wrong';
			},
		),
		{numRuns: 300},
	);
	t.pass();
});
