import {existsSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {Key} from 'lmdb';
import * as lmdb from 'lmdb';
import {fsck} from '../../../src/daemon/fsck/fsck.js';
import type {PeerNo} from '../../../src/outbound/units.js';
import {dataFileOf} from '../../../src/storage/data-file.js';
import {findViolations} from '../../../src/storage/invariant.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {keyFrom} from '../../../src/storage/pages/key-bytes.js';
import {PageFile} from '../../../src/storage/pages/page-file.js';
import {StoreFile} from '../../../src/storage/pages/store-file.js';
import type {ExceptionVerdict} from '../../../src/storage/store.js';
import {BIG_WINDOW, openTestStore, type StoreFixture, testSettings} from '../../helpers/store-fixture.js';
import {A, ackAll, buried, fill, peerA, storeTest, take} from '../../helpers/store-verbs.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const PAGE = 4096;
const {keyValueToBuffer} = lmdb as unknown as {keyValueToBuffer(key: Key): Buffer};
const fileOf = ({directory}: StoreFixture): string => dataFileOf(path.join(directory, 'queue'));

const audited = (file: string): StoreFile => {
	const pages = new PageFile(file);
	try {
		const store = new StoreFile(pages);
		store.audit();
		return store;
	} finally {
		pages.close();
	}
};

/** Work of every kind, in many commits, so that pages are freed and used again. */
const work = async (store: LmdbStore): Promise<number> => {
	let count = 0;
	for (let round = 0; round < 60; round++) {
		const texts = Array.from({length: 1 + (round % 20)}, (_, at) => `${round} ${at} ${'x'.repeat(at * 30)}`);
		await fill(store, texts);
		count += texts.length;
		if (round % 3 === 1) {
			await ackAll(store, await take(store, {maxBytes: 4000, maxEntries: 50}));
		}
	}
	return count;
};

/** What was read; a payload that its CRC tells to be damaged is buried, as a lane does it. */
const deliverAll = async (store: LmdbStore, peer: PeerNo = peerA): Promise<string[]> => {
	const texts: string[] = [];
	for (let lease = await store.lease(peer, BIG_WINDOW); lease !== undefined; ) {
		const payloads = store.readPayloads(lease);
		const acked: Array<[number, number]> = [];
		const exceptions: ExceptionVerdict[] = [];
		for (let at = 0; at < lease.entryCount; at++) {
			const payload = payloads.read(at);
			if (payload === 'corrupt') {
				exceptions.push(buried(at, 'corrupt'));
			} else {
				texts.push(String(payload));
				acked.push([at, at]);
			}
		}
		await store.settle(lease, {acked, exceptions});
		lease = await store.lease(peer, BIG_WINDOW);
	}
	return texts;
};

storeTest('a sound store has no damage, and every page is in use or free', async (t, fixture) => {
	await work(fixture.store);
	await fixture.store.close();
	t.deepEqual(audited(fileOf(fixture)).damage, []);
	await fixture.reopen();
	t.deepEqual(
		readdirSync(fixture.directory).filter(name => name.startsWith('queue')),
		['queue'],
		'nothing was built anew',
	);
});

for (const [what, page, offset] of [
	['the mark of a meta page', 0, 24],
	['the mark of the other meta page', 1, 24],
	['the transaction of a meta page', 1, 24 + 133],
	['the number of pages', 0, 24 + 120 + 4],
	['the size of the map', 1, 24 + 16 + 5],
	['the root of the databases', 0, 24 + 72 + 40],
	['the root of the databases, in the other meta page', 1, 24 + 72 + 40],
	['the root of the free list', 0, 24 + 24 + 40],
] as const) {
	storeTest(`${what} is damaged: the store is built anew and has everything`, async (t, fixture) => {
		const count = await work(fixture.store);
		const {acked} = fixture.store.depth();
		await fixture.store.close();
		const bytes = readFileSync(fileOf(fixture));
		bytes.writeUInt8(bytes.readUInt8(page * PAGE + offset) ^ 0x10, page * PAGE + offset);
		writeFileSync(fileOf(fixture), bytes);
		t.not(audited(fileOf(fixture)).damage.length, 0);
		const store = await fixture.reopen();
		t.deepEqual(findViolations(store.handles), []);
		const texts = await deliverAll(store);
		t.is(new Set(texts).size, texts.length);
		t.true(texts.length >= count - acked, `${texts.length} of ${count - acked} that waited`);
		t.true(readdirSync(fixture.directory).some(name => name.startsWith('queue-damaged-')));
	});
}

storeTest(
	'a bit that flips anywhere in the pages of the trees loses nothing silently',
	async (t, fixture) => {
		const count = await work(fixture.store);
		await fixture.store.close();
		const sound = readFileSync(fileOf(fixture));
		const trees = treePages(sound);
		t.true(trees.length > 5);
		for (let trial = 0; trial < 60; trial++) {
			const page = trees[(trial * 7) % trees.length] ?? 0;
			// The header, the offsets of the nodes, and the nodes themselves at the end of the page.
			const offset =
				trial % 3 === 0 ? trial % 24 : trial % 3 === 1 ? 24 + (trial % 20) : PAGE - 1 - ((trial * 37) % 900);
			const bytes = Buffer.from(sound);
			bytes.writeUInt8(bytes.readUInt8(page * PAGE + offset) ^ (1 << (trial % 8)), page * PAGE + offset);
			const directory = await temporaryDirectory(t);
			const store = await openFlipped(directory, bytes, fixture);
			const where = `page ${page} byte ${offset} bit ${trial % 8}`;
			const texts = await deliverAll(store);
			await store.mended();
			t.is(new Set(texts).size, texts.length, `${where}: nothing twice`);
			t.true(
				texts.every(text => /^\d+ \d+ x*$/.test(text)),
				`${where}: nothing wrong`,
			);
			const {total, scheduled, failed, inflight} = store.depth();
			t.is(total, count, `${where}: all are accounted for`);
			t.is(scheduled + failed + inflight, 0, where);
			t.deepEqual(findViolations(store.handles), [], where);
			await store.close();
		}
		await fixture.reopen();
	},
);

const treePages = (bytes: Buffer): readonly number[] => {
	const pages: number[] = [];
	for (let page = 2; page * PAGE < bytes.length; page++) {
		const flags = bytes.readUInt16LE(page * PAGE + 18);
		if (flags === 1 || flags === 2) {
			pages.push(page);
		}
	}
	return pages;
};

const openFlipped = async (directory: string, bytes: Buffer, {clock}: StoreFixture): Promise<LmdbStore> => {
	const {mkdirSync} = await import('node:fs');
	mkdirSync(path.join(directory, 'queue'), {recursive: true});
	writeFileSync(dataFileOf(path.join(directory, 'queue')), bytes);
	return openTestStore(directory, clock);
};

storeTest('a store whose end was cut off starts with what is left', async (t, fixture) => {
	await work(fixture.store);
	await fixture.store.close();
	truncateSync(fileOf(fixture), Math.floor(readFileSync(fileOf(fixture)).length / 2 / PAGE) * PAGE);
	const store = await fixture.reopen();
	t.deepEqual(findViolations(store.handles), []);
	await store.registerPeers(['a' as never]);
	await fill(store, ['goes on']);
	const [peer] = await store.registerPeers(['a' as never]);
	t.true((await deliverAll(store, peer)).includes('goes on'));
});

storeTest('a start that was ended while it put the new store in place finds it', async (t, fixture) => {
	await fill(fixture.store, ['x']);
	await fixture.store.close();
	const {renameSync} = await import('node:fs');
	renameSync(path.join(fixture.directory, 'queue'), path.join(fixture.directory, 'queue-rebuilding'));
	const store = await fixture.reopen();
	t.deepEqual(await deliverAll(store), ['x']);
	t.false(existsSync(path.join(fixture.directory, 'queue-rebuilding')));
});

test('a file in which nothing can be found is refused with what to do', async t => {
	const directory = await temporaryDirectory(t);
	const {mkdirSync} = await import('node:fs');
	mkdirSync(path.join(directory, 'queue'));
	writeFileSync(dataFileOf(path.join(directory, 'queue')), Buffer.alloc(8 * PAGE, 'nonsense'));
	const {FakeClock} = await import('../../helpers/fake-clock.js');
	await t.throwsAsync(openTestStore(directory, new FakeClock()), {
		code: 'STORAGE_FAILED',
		message: /no store of edged.*move .* away/,
	});
});

storeTest(
	'a key that is read as another than is written is found by who looks at all of it, and built anew it is whole',
	async (t, fixture) => {
		const [id = ''] = await fill(fixture.store, ['held']);
		await fixture.store.change('hold', id as never, A);
		const [key] = fixture.store.handles.env.groups.raw.getKeys();
		await fixture.store.close();
		const file = fileOf(fixture);
		const bytes = readFileSync(file);
		const written = keyValueToBuffer(key as Key);
		const flipped = [...written.keys()]
			.map(at => written.with(at, (written[at] ?? 0) ^ 1))
			.find(other => JSON.stringify(keyFrom(Buffer.from(other))) === JSON.stringify(key)) as Uint8Array;
		let count = 0;
		for (let at = bytes.indexOf(written); at >= 0; at = bytes.indexOf(written, at + 1)) {
			bytes.set(flipped, at);
			count++;
		}
		t.true(count > 0, 'the key is in the file');
		writeFileSync(file, bytes);
		t.regex(
			audited(file)
				.damage.map(({what}) => what)
				.join(),
			/is read as another than is written/,
		);
		const {directory: stateDirectory, clock} = fixture;
		const report = await fsck(
			{repair: true, exportDirectory: undefined},
			{stateDirectory, settings: testSettings, clock, pid: process.pid},
		);
		t.is(report.verdict, 'repaired', JSON.stringify(report.examination?.remaining));
		const store = await fixture.reopen();
		t.like(await store.changeMatching('release', {}, 10), {changed: 1});
		t.deepEqual(await deliverAll(store), ['held']);
	},
);
