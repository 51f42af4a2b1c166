import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type FsckReport, fsck} from '../../src/daemon/fsck/fsck.js';
import {fsckText} from '../../src/daemon/fsck/report-text.js';
import {findViolations} from '../../src/storage/invariant.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {flip, keysOf} from '../helpers/flip.js';
import {openTestStore, type StoreFixture, storeFixture, testSettings} from '../helpers/store-fixture.js';
import {A, ackAll, B, fill, fillDead, fillOneByOne, release, take, textsOf} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const check = (
	stateDirectory: string,
	order: {repair?: boolean; exportDirectory?: string} = {},
): Promise<FsckReport> =>
	fsck(
		{repair: order.repair ?? false, exportDirectory: order.exportDirectory},
		{stateDirectory, settings: testSettings, clock: new FakeClock(), pid: process.pid},
	);

/** A store with work of several kinds, closed. */
const closedStore = async (t: ExecutionContext): Promise<StoreFixture> => {
	const fixture = await storeFixture(t, {}, 2);
	await fillOneByOne(fixture.store, ['acked']);
	await ackAll(fixture.store, await take(fixture.store));
	await fillDead(fixture.store, ['dead']);
	await fill(fixture.store, ['one', 'two'], {to: [A, B], labels: {site: 'north'}});
	await fill(fixture.store, ['named'], {id: 'Camera:1'});
	return fixture;
};

const stateOf = (directory: string): string =>
	readdirSync(directory, {recursive: true})
		.map(name => path.join(directory, String(name)))
		.filter(file => statSync(file).isFile())
		.map(file => `${file} ${readFileSync(file).toString('base64')}`)
		.join('\n');

test('a sound store is clean, and nothing is changed', async t => {
	const fixture = await closedStore(t);
	await fixture.store.close();
	const before = stateOf(fixture.directory);
	const report = await check(fixture.directory);
	t.is(report.verdict, 'clean', JSON.stringify(report));
	t.is(stateOf(fixture.directory), before);
	t.regex(fsckText(report, false), /clean$/);
	await fixture.reopen();
});

test('a store that a daemon uses is left alone, and the daemon is named', async t => {
	const {directory} = await closedStore(t);
	await t.throwsAsync(check(directory), {code: 'BUSY', message: new RegExp(`pid ${process.pid}`)});
});

test('damage is named with its plan; nothing is changed before a repair, which keeps the store as it was', async t => {
	const fixture = await closedStore(t);
	await flip(fixture.store, 'payloads', keysOf(fixture.store, 'payloads').at(-1), 1);
	await flip(fixture.store, 'blocks', keysOf(fixture.store, 'blocks').at(-2), 50);
	await flip(fixture.store, 'groups');
	await fixture.store.close();
	const before = stateOf(fixture.directory);
	const plan = await check(fixture.directory);
	t.is(plan.verdict, 'damaged');
	t.is(stateOf(fixture.directory), before, 'nothing was changed');
	const text = fsckText(plan, false);
	t.regex(text, /payload of Camera:1 is damaged/);
	t.regex(text, /blocks \d+: the table of the block is damaged/);
	t.regex(text, /groups \[1,\d+,\d+\]: its checksum is wrong/);
	const found = plan.examination?.findings.map(({what}) => what) ?? [];
	t.deepEqual(found, [...new Set(found)], 'each once, however many rows lead to it');
	t.regex(text, /the plan \(nothing was changed\)/);
	t.regex(
		text,
		/what it would cost:\n {2}records would be buried as CORRUPT: \d+\n( {4}\S+ for [ab]\n)* {4}Camera:1 for a\n/,
	);
	const repaired = await check(fixture.directory, {repair: true});
	t.is(repaired.verdict, 'repaired', JSON.stringify(repaired.examination?.remaining));
	t.deepEqual(
		repaired.examination?.mends.map(({done}) => done),
		plan.examination?.mends.map(({done}) => done),
		'what was planned was done',
	);
	t.true(existsSync(path.join(repaired.backup ?? '', 'data.mdb')));
	const buried = repaired.examination?.mends.reduce((sum, mend) => sum + mend.buried, 0) ?? 0;
	t.is(repaired.examination?.buried.length, buried, 'what was buried is named');
	t.regex(
		fsckText(repaired, true),
		new RegExp(`what it cost:\\n {2}records buried as CORRUPT: ${buried}\\n`),
	);
	t.is((await check(fixture.directory)).verdict, 'clean');
	const store = await fixture.reopen();
	t.deepEqual(findViolations(store.handles), []);
	t.is(store.depth().total, 7, 'every record is accounted for');
});

test('an export has every payload that is still owed, with its sidecar and the peers it is owed to', async t => {
	const fixture = await closedStore(t);
	await release(fixture.store, await take(fixture.store));
	await fixture.store.close();
	const directory = path.join(await temporaryDirectory(t), 'out');
	const report = await check(fixture.directory, {exportDirectory: directory});
	t.is(report.exported?.segments, 4);
	const sidecars = readdirSync(directory).filter(name => name.endsWith('.meta.json'));
	const read = sidecars.map(
		name => JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as Record<string, unknown>,
	);
	t.deepEqual(
		sidecars.map(name => readFileSync(path.join(directory, name.replace('.meta.json', '')), 'utf8')).sort(),
		['dead', 'named', 'one', 'two'],
	);
	t.like(
		read.find(({segment_id}) => segment_id === 'Camera:1'),
		{peers: ['a'], size_bytes: 5, priority: 'normal'},
	);
	t.is(read.filter(({peers}) => (peers as string[]).length === 2).length, 2);
	t.deepEqual(readdirSync(directory).length, 8, 'no copy is left');
	await fixture.reopen();
});

test('where there is no store, fsck does not call it clean', async t => {
	const fixture = await closedStore(t);
	await fixture.store.close();
	rmSync(path.join(fixture.directory, 'queue', 'data.mdb'));
	const text = fsckText(await check(fixture.directory), false);
	t.regex(text, /there is no store, and nothing was checked.*node\.state_dir/);
	t.notRegex(text, /clean/);
	await fixture.reopen();
});

test('a store that nothing can be read of is said to be so, and moved aside by a repair', async t => {
	const fixture = await closedStore(t);
	await fixture.store.close();
	const file = path.join(fixture.directory, 'queue', 'data.mdb');
	writeFileSync(file, Buffer.alloc(readFileSync(file).length, 'x'));
	const report = await check(fixture.directory);
	t.is(report.verdict, 'unreadable');
	t.regex(fsckText(report, false), /--repair moves it aside/);
	const repaired = await check(fixture.directory, {repair: true});
	t.is(repaired.verdict, 'repaired');
	t.true(existsSync(repaired.backup ?? ''));
	t.regex(fsckText(repaired, true), /nothing could be read: all that waited is only in .*queue-backup-/);
	const store = await fixture.reopen();
	t.is(store.depth().total, 0);
});

test('damaged pages of LMDB are named, and a repair needs no LMDB that can read them', async t => {
	const fixture = await closedStore(t);
	const texts = textsOf(fixture.store, await take(fixture.store));
	await fixture.store.close();
	const file = path.join(fixture.directory, 'queue', 'data.mdb');
	const bytes = readFileSync(file);
	let flipped = 0;
	for (let page = 2; page * 4096 < bytes.length; page++) {
		if (bytes.readUInt16LE(page * 4096 + 18) === 2) {
			bytes.writeUInt8(bytes.readUInt8(page * 4096 + 13) ^ 1, page * 4096 + 13);
			flipped++;
		}
	}
	t.true(flipped > 5);
	writeFileSync(file, bytes);
	const plan = await check(fixture.directory);
	t.regex(fsckText(plan, false), /damaged pages of LMDB: \d+\n {2}page \d+ \(\w/);
	t.regex(fsckText(plan, false), /the store would be built anew from the \d+ rows that can be read/);
	const repaired = await check(fixture.directory, {repair: true});
	t.is(repaired.verdict, 'repaired');
	t.regex(
		fsckText(repaired, true),
		/the store was built anew from the \d+ rows that can be read\n(.*\n)*what it cost(: nothing, no record is lost|:\n)/,
	);
	const store = await openTestStore(fixture.directory, fixture.clock);
	t.deepEqual(textsOf(store, await take(store)), texts);
	await store.close();
	await fixture.reopen();
});
