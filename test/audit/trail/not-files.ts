import {execFileSync} from 'node:child_process';
import {
	closeSync,
	constants,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {auditPage} from '../../../src/audit/look/page.js';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {AuditTrail} from '../../../src/audit/trail/audit-trail.js';
import {dayOf, fileOfDay} from '../../../src/audit/trail/day-files.js';
import {planPrune} from '../../../src/audit/trail/prune.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {DAY_MS, eventAt, writeTrail} from '../../helpers/audit/write-trail.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const EARLY = 'audit-2001-01-01.jsonl';
const LATE = 'audit-2099-01-01.jsonl';

const makePipe = (place: string): void => void execFileSync('mkfifo', [place]);

/** What stands where a file of the trail would be, and what it is called. */
const KINDS = [
	['a directory', (place: string) => void mkdirSync(place)],
	['a pipe', makePipe],
	['a link to nothing', (place: string) => symlinkSync('/nowhere/at/all', place)],
	['a device', (place: string) => symlinkSync('/dev/null', place)],
] as const;

for (const [what, make] of KINDS) {
	test(`${what} with the name of a day is told, and the rest is answered`, async t => {
		const directory = await temporaryDirectory(t);
		await writeTrail(directory, [2, 3]);
		make(path.join(directory, EARLY));
		make(path.join(directory, LATE));
		for (const order of ['newest_first', 'oldest_first'] as const) {
			const page = await auditPage(directory, {}, {order, limit: 100});
			t.is(page.events.length, 5);
			t.deepEqual(page.noFiles, [
				{name: EARLY, what},
				{name: LATE, what},
			]);
		}
		const found = await verifyTrail(directory);
		t.like(found, {lines: 5, break_count: 0});
		t.deepEqual(found.not_files, [
			{file: EARLY, what},
			{file: LATE, what},
		]);
		const plan = await planPrune(directory, Date.parse('2098-01-01') as EpochMs);
		t.is(plan.files.length, 1);
		t.false(plan.files.includes(EARLY));
	});
}

test('a directory in the place of a day that was written is a gap as well', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2, 3, 1]);
	const [, second = ''] = readdirSync(directory).sort();
	rmSync(path.join(directory, second));
	mkdirSync(path.join(directory, second));
	const found = await verifyTrail(directory);
	t.regex(found.breaks[0]?.what ?? '', /numbers 3 to 5 are missing/);
	t.deepEqual(found.not_files, [{file: second, what: 'a directory'}]);
});

const stageIn = async (t: ExecutionContext) => {
	const directory = path.join(await temporaryDirectory(t), 'audit');
	const clock = new FakeClock();
	const damage: string[] = [];
	const open = () =>
		AuditTrail.open({directory, clock, onWritten() {}, onDamage: what => damage.push(what)}, undefined);
	const today = () => path.join(directory, fileOfDay(dayOf(clock.now())));
	return {directory, clock, damage, open, today};
};

const STARTS = [
	['a directory', KINDS[0][1]],
	['a pipe', makePipe],
	['a symbolic link', (place: string) => writeFileSync(`${place}.x`, '') ?? symlinkSync(`${place}.x`, place)],
] as const;

for (const [what, make] of STARTS) {
	test(`a trail is not opened while ${what} has the name of its file of today, and it is said which`, async t => {
		const {directory, open, today} = await stageIn(t);
		mkdirSync(directory);
		make(today());
		await t.throwsAsync(open(), {
			code: 'INVALID_CONFIG',
			message: new RegExp(`^audit\\.dir: ${today()} is ${what}, .* Move it away`),
		});
		rmSync(today(), {recursive: true});
		const {trail} = await open();
		await trail.close();
	});

	test(`${what} with the name of the next day refuses what is to be written then, by its name, until it is gone`, async t => {
		const {directory, clock, open, today} = await stageIn(t);
		const {trail} = await open();
		await trail.append(eventAt(clock));
		clock.advance(DAY_MS);
		make(today());
		const error = await t.throwsAsync(trail.append(eventAt(clock)), {code: 'STORAGE_FAILED'});
		t.true(error?.message.includes(`${path.basename(today())}: E`), error?.message);
		t.regex(error?.message ?? '', /move it away/);
		rmSync(today(), {recursive: true});
		rmSync(`${today()}.x`, {force: true});
		await trail.append(eventAt(clock));
		await trail.close();
		t.is(readChain(directory).length, 2);
	});
}

test('what somebody has moved away and puts back is not cut off', async t => {
	const {clock, damage, directory, open, today} = await stageIn(t);
	const {trail} = await open();
	await trail.append(eventAt(clock));
	await trail.append(eventAt(clock));
	renameSync(today(), `${today()}.away`);
	mkdirSync(today());
	await t.throwsAsync(trail.append(eventAt(clock)), {code: 'STORAGE_FAILED'});
	await t.throwsAsync(trail.append(eventAt(clock)), {code: 'STORAGE_FAILED'});
	rmdirSync(today());
	renameSync(`${today()}.away`, today());
	await trail.append(eventAt(clock));
	await trail.close();
	t.is(readChain(directory).length, 3);
	t.deepEqual(damage, ['lines 1 to 2 are gone'], 'told once');
});

test('a pipe that somebody reads gets nothing of the trail', async t => {
	const {clock, open, today} = await stageIn(t);
	const {trail} = await open();
	makePipe(today());
	const reader = openSync(today(), constants.O_RDONLY | constants.O_NONBLOCK);
	t.teardown(() => closeSync(reader));
	await t.throwsAsync(trail.append(eventAt(clock)), {code: 'STORAGE_FAILED', message: /ENXIO/});
	await trail.close();
	t.is(readSync(reader, Buffer.alloc(10)), 0);
});
