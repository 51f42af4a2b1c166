import {mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {FakeClock} from '../helpers/fake-clock.js';
import {BIG_WINDOW, draftFor, openTestStore, storeFixture} from '../helpers/store-fixture.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('a store whose directory was removed takes nothing new, and gives out what it has', async t => {
	const {store, directory, peers} = await storeFixture(t);
	await store.enqueue([draftFor(store, Buffer.from('before'))], 'all');
	t.true(store.isInPlace);
	rmSync(directory, {recursive: true});
	t.false(store.isInPlace);
	await t.throwsAsync(store.enqueue([draftFor(store, Buffer.from('after'))], 'all'), {
		code: 'STORAGE_FAILED',
		message: /was removed or replaced under the running edged/,
	});
	t.is(store.space().fileBytes, 0);
	const lease = await store.lease(peers[0] as never, BIG_WINDOW);
	t.is(lease?.entryCount, 1);
});

test('a store in whose place another file was put takes nothing new', async t => {
	const {store, directory} = await storeFixture(t);
	renameSync(path.join(directory, 'queue'), path.join(directory, 'moved'));
	mkdirSync(path.join(directory, 'queue'));
	writeFileSync(path.join(directory, 'queue', 'data.mdb'), '');
	await t.throwsAsync(store.enqueue([draftFor(store, Buffer.from('x'))], 'all'), {code: 'STORAGE_FAILED'});
});

test('a file that is no store is refused with words, not by a signal', async t => {
	const directory = await temporaryDirectory(t);
	mkdirSync(path.join(directory, 'queue'));
	const file = path.join(directory, 'queue', 'data.mdb');
	writeFileSync(file, Buffer.alloc(40_960, 'garbage'));
	await t.throwsAsync(openTestStore(directory, new FakeClock()), {
		code: 'STORAGE_FAILED',
		message: `${file} is no store of edged, or its first pages are destroyed and nothing in it can be found: move ${path.dirname(file)} away and start edged, which then begins with an empty store, or put a copy in its place`,
	});
});

test('a file that is still empty becomes a store', async t => {
	const directory = await temporaryDirectory(t);
	mkdirSync(path.join(directory, 'queue'));
	writeFileSync(path.join(directory, 'queue', 'data.mdb'), '');
	const store = await openTestStore(directory, new FakeClock());
	t.is(store.depth().total, 0);
	await store.close();
});
