import {
	appendFileSync,
	chmodSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Link} from '../../../src/audit/line.js';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {AuditTrail} from '../../../src/audit/trail/audit-trail.js';
import type {OpenFile} from '../../../src/audit/trail/day-file.js';
import {requireUsable} from '../../../src/audit/trail/usable-directory.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {DAY_MS, eventAt} from '../../helpers/audit/write-trail.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

type Stage = {readonly directory: string; readonly clock: FakeClock; readonly damage: string[]};

const stageIn = async (t: ExecutionContext): Promise<Stage> => ({
	directory: path.join(await temporaryDirectory(t), 'audit'),
	clock: new FakeClock(),
	damage: [],
});

const opened = ({directory, clock, damage}: Stage, known?: Link, openFile?: OpenFile) =>
	AuditTrail.open(
		{directory, clock, onWritten() {}, onDamage: what => damage.push(what), open: openFile},
		known,
	);

const fileIn = ({directory}: Stage, at = -1): string =>
	path.join(directory, readdirSync(directory).sort().at(at) ?? '');

test('many at once share an fsync, stand in their order, and go on after a restart', async t => {
	const stage = await stageIn(t);
	let syncs = 0;
	const {trail} = await opened(stage, undefined, async (...args) => {
		const file = await open(...args);
		return new Proxy(file, {
			get(target, name) {
				if (name === 'datasync') {
					syncs++;
				}
				const value: unknown = Reflect.get(target, name);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});
	});
	const links = await Promise.all(
		Array.from({length: 50}, (_, at) => trail.append(eventAt(stage.clock, {resource: `${at}`}))),
	);
	t.is(syncs, 1);
	t.deepEqual(
		links.map(({seq}) => seq),
		Array.from({length: 50}, (_, at) => at + 1),
	);
	await trail.close();
	const next = await opened(stage, links.at(-1));
	t.is(next.tail.damage, undefined);
	await next.trail.append(eventAt(stage.clock));
	await next.trail.close();
	t.deepEqual(
		readChain(stage.directory)
			.map(({resource}) => resource)
			.slice(0, 3),
		['0', '1', '2'],
	);
	t.is(readChain(stage.directory).length, 51);
});

test('the files are for the user and the group, whatever the umask', async t => {
	const stage = await stageIn(t);
	const {trail} = await opened(stage);
	await trail.append(eventAt(stage.clock));
	t.is(statSync(fileIn(stage)).mode & 0o777, 0o640);
	await trail.close();
});

test('a day has its file, and a clock that goes back does not', async t => {
	const stage = await stageIn(t);
	const {trail} = await opened(stage);
	await trail.append(eventAt(stage.clock));
	stage.clock.advance(DAY_MS);
	await trail.append(eventAt(stage.clock));
	stage.clock.advance(-5 * DAY_MS);
	await trail.append(eventAt(stage.clock));
	await trail.close();
	const next = await opened(stage);
	await next.trail.append(eventAt(stage.clock));
	await next.trail.close();
	t.is(readdirSync(stage.directory).length, 2);
	t.is(readChain(stage.directory).length, 4);
});

for (const code of ['ENOSPC', 'EDQUOT', 'EIO']) {
	test(`a write that fails half way (${code}) leaves nothing of itself, and the next one stands in its place`, async t => {
		const stage = await stageIn(t);
		let failure: NodeJS.ErrnoException | undefined;
		const {trail} = await opened(stage, undefined, async (...args) => {
			const file = await open(...args);
			const write = file.write.bind(file) as (...all: unknown[]) => Promise<{bytesWritten: number}>;
			return Object.assign(Object.create(file) as typeof file, {
				write: async (bytes: Uint8Array, offset: number, length: number, position: number) => {
					if (failure !== undefined) {
						await write(bytes, offset, Math.floor(length / 2), position);
						throw failure;
					}
					return write(bytes, offset, length, position);
				},
				...Object.fromEntries(
					(['datasync', 'truncate', 'chmod', 'stat', 'sync', 'close'] as const).map(name => [
						name,
						(file[name] as (...all: unknown[]) => unknown).bind(file),
					]),
				),
			});
		});
		await trail.append(eventAt(stage.clock, {resource: 'before'}));
		failure = Object.assign(new Error('no'), {code});
		await t.throwsAsync(trail.append(eventAt(stage.clock, {resource: 'never'})), {
			code: code === 'EIO' ? 'STORAGE_FAILED' : 'STORAGE_FULL',
			message: /the audit trail .* purge, expire, force/,
		});
		t.truthy(trail.failure);
		t.is(readChain(stage.directory).length, 1);
		failure = undefined;
		await trail.append(eventAt(stage.clock, {resource: 'after'}));
		t.is(trail.failure, undefined);
		await trail.close();
		t.deepEqual(
			readChain(stage.directory).map(({resource}) => resource),
			['before', 'after'],
		);
	});
}

test('an unfinished last line is cut away, the whole ones before it stay', async t => {
	const stage = await stageIn(t);
	const {trail} = await opened(stage);
	const known = await trail.append(eventAt(stage.clock));
	await trail.close();
	for (const rest of ['{"seq":2', '\0'.repeat(400_000)]) {
		appendFileSync(fileIn(stage), rest);
		const {trail: next, tail} = await opened(stage, known);
		t.like(tail, {unfinishedBytes: rest.length, damage: undefined});
		await next.append(eventAt(stage.clock));
		await next.close();
	}
	t.is(readChain(stage.directory).length, 3);
});

const goesOnBehind = test.macro(async (t: ExecutionContext, tamper: (stage: Stage) => void, what: RegExp) => {
	const stage = await stageIn(t);
	const {trail} = await opened(stage);
	await trail.append(eventAt(stage.clock));
	await trail.append(eventAt(stage.clock));
	const known = await trail.append(eventAt(stage.clock));
	await trail.close();
	tamper(stage);
	const {trail: next, tail} = await opened(stage, known);
	t.regex(tail.damage ?? '', what);
	const head = await next.append(eventAt(stage.clock));
	await next.close();
	t.true(head.seq >= 4);
	const found = await verifyTrail(stage.directory, head);
	t.true(found.break_count > 0, 'the break stays to be seen');
	t.is(found.end.state, 'as_known');
});
test(
	'behind an end that was cut the chain goes on where it was',
	goesOnBehind,
	stage => {
		const [first = ''] = readFileSync(fileIn(stage), 'utf8').split(/(?<=\n)/);
		truncateSync(fileIn(stage), first.length);
	},
	/lines 2 to 3 are gone/,
);
test(
	'so it does behind a last line that was changed',
	goesOnBehind,
	stage =>
		writeFileSync(fileIn(stage), readFileSync(fileIn(stage), 'utf8').replace(/mia(?!.*\n.*mia)/s, 'bob')),
	/line 3 in .* was changed/,
);
test(
	'and behind what is no line',
	goesOnBehind,
	stage => appendFileSync(fileIn(stage), 'nonsense\n'),
	/is no JSON/,
);
test(
	'and when all of it is gone',
	goesOnBehind,
	({directory}) => rmSync(directory, {recursive: true}),
	/lines 1 to 3 are gone/,
);

for (const [how, tamper] of [
	['removed', (file: string) => rmSync(file)],
	['moved away', (file: string) => renameSync(file, `${file}.1`)],
	['cut', (file: string) => truncateSync(file, 0)],
	['written to', (file: string) => appendFileSync(file, 'hello\n')],
] as const) {
	test(`a file that is ${how} while it is open is noticed at the next record, which is not lost with it`, async t => {
		const stage = await stageIn(t);
		const {trail} = await opened(stage);
		await trail.append(eventAt(stage.clock));
		tamper(fileIn(stage));
		const link = await trail.append(eventAt(stage.clock, {resource: 'kept'}));
		await trail.close();
		t.is(stage.damage.length, 1);
		t.true(readFileSync(fileIn(stage, 0), 'utf8').includes('"resource":"kept"'));
		t.is((await verifyTrail(stage.directory, link)).end.state, 'as_known');
		t.true((await verifyTrail(stage.directory, link)).break_count > 0);
	});
}

test('a place where no trail can be kept is refused with what to do', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'file');
	writeFileSync(file, '');
	for (const place of [file, path.join(file, 'audit')]) {
		t.throws(() => requireUsable(place, 1), {code: 'INVALID_CONFIG', message: /no directory.*chown edged/});
	}
	t.notThrows(() => requireUsable(path.join(directory, 'not', 'yet'), 1));
	if (process.getuid?.() !== 0) {
		chmodSync(directory, 0o500);
		t.throws(() => requireUsable(path.join(directory, 'audit'), 1), {message: /cannot be written by uid 1/});
		chmodSync(directory, 0o700);
	}
});
