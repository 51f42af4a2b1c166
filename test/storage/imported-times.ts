import type {SegmentId} from '../../src/outbound/names.js';
import type {EpochMs} from '../../src/outbound/units.js';
import {importedBlocks} from '../../src/storage/imported-blocks.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {META_IMPORTED} from '../../src/storage/meta-keys.js';
import type {RecordFilter, WaitingSelector} from '../../src/storage/selectors.js';
import {death, imported} from '../helpers/exported.js';
import {A, ackAll, fill, fillOneByOne, recordOf, storeTest, take, tendAll} from '../helpers/store-verbs.js';

const DAY_MS = 86_400_000;
const id = (text: string): SegmentId => text as SegmentId;

const listed = (store: LmdbStore, filter: RecordFilter, limit = 1000): string[] => {
	const found: string[] = [];
	let cursor: string | undefined;
	do {
		const page = store.list(filter, {limit, ...(cursor !== undefined && {cursor})});
		found.push(...page.records.map(({segmentId}) => segmentId));
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return found.toSorted();
};

/** A dead segment of the name, enqueued elsewhere so long ago. */
const importOld = async (store: LmdbStore, name: string, now: EpochMs, daysAgo: number): Promise<void> => {
	const enqueuedAt = (now - daysAgo * DAY_MS) as EpochMs;
	await store.importDeadletters([imported(name, name, {enqueuedAt, dead: [death('a')]})]);
};

storeTest(
	'a listing by time goes by what an import says, wherever its blocks lie, page by page',
	async (t, {store, clock}) => {
		const now = clock.now();
		const [before = ''] = await fill(store, ['before']);
		await importOld(store, 'month', now, 30);
		clock.advance(60_000);
		const [between = ''] = await fill(store, ['between']);
		await importOld(store, 'day', now, 1);
		await importOld(store, 'years', now, 800);
		clock.advance(60_000);
		const [after = ''] = await fill(store, ['after']);
		for (const name of ['month', 'day', 'years']) {
			await store.retry(id(name), A);
		}
		await ackAll(store, await take(store, {maxBytes: 2 ** 20, maxEntries: 3}));
		const at = (daysAgo: number): EpochMs => (now - daysAgo * DAY_MS) as EpochMs;
		t.is(recordOf(store, id('years')).enqueuedAt, at(800), 'it is shown, however long ago');
		for (const [filter, expected] of [
			[{enqueuedUntil: now}, ['day', 'month', 'years']],
			[{enqueuedUntil: at(7)}, ['month', 'years']],
			[{enqueuedSince: at(40), enqueuedUntil: at(7)}, ['month']],
			[{enqueuedSince: at(7)}, ['day', before, between, after]],
			[{enqueuedSince: (now + 1) as EpochMs}, [between, after]],
			[{enqueuedSince: (now + 61_000) as EpochMs}, [after]],
			[{enqueuedSince: at(900), enqueuedUntil: (now + 1) as EpochMs}, ['day', 'month', 'years', before]],
			[{enqueuedUntil: at(900)}, []],
		] as const) {
			for (const limit of [1, 2, 1000]) {
				t.deepEqual(
					listed(store, filter, limit),
					expected.toSorted(),
					`${JSON.stringify(filter)} by ${limit}`,
				);
			}
		}
	},
);

storeTest('a change by time meets the same', async (t, {store, clock}) => {
	const now = clock.now();
	await importOld(store, 'month', now, 30);
	await importOld(store, 'day', now, 1);
	const [fresh = ''] = await fill(store, ['fresh']);
	await store.retryMatching({}, 10);
	const change = async (selector: WaitingSelector): Promise<number> =>
		(await store.changeMatching('hold', selector, 100)).changed;
	t.is(await change({before: (now - 7 * DAY_MS) as EpochMs}), 1);
	t.true(recordOf(store, id('month')).held);
	t.is(await change({since: now}), 1);
	t.true(recordOf(store, id(fresh)).held);
	t.false(recordOf(store, id('day')).held);
});

storeTest(
	'among many blocks a listing by time looks at its own and at those of imports',
	async (t, {store, clock}) => {
		const now = clock.now();
		for (let block = 0; block < 5; block++) {
			await fillOneByOne(store, Array.from({length: 40}, String));
			await importOld(store, `old-${block}`, now, 30);
			clock.advance(60_000);
		}
		const old = store.list({enqueuedUntil: (now - DAY_MS) as EpochMs}, {limit: 100});
		t.is(old.records.length, 5);
		t.true(old.examined <= 20, `${old.examined}`);
		const fresh = store.list(
			{enqueuedSince: (clock.now() - 60_000) as EpochMs, state: 'scheduled'},
			{limit: 100},
		);
		t.is(fresh.records.length, 40);
		t.true(fresh.examined <= 90, `${fresh.examined}`);
	},
);

storeTest(
	'however many imports there were, few spans are kept, and those that are gone are forgotten',
	async (t, {store, clock}) => {
		const now = clock.now();
		for (let at = 0; at < 40; at++) {
			await importOld(store, `old-${at}`, now, 30 + at);
			await fill(store, [`between ${at}`]);
		}
		t.true(importedBlocks(store.handles).length <= 32);
		t.is(listed(store, {enqueuedUntil: (now - DAY_MS) as EpochMs}).length, 40);
		await store.purgeMatching({}, 100);
		await ackAll(store, await take(store));
		for (let round = 0; round < 3; round++) {
			clock.advance(40 * DAY_MS);
			await tendAll(store);
		}
		await importOld(store, 'last', now, 30);
		t.is(importedBlocks(store.handles).length, 1);
	},
);

storeTest(
	'where it is damaged the copy stands in, and without one all blocks are looked at',
	async (t, fixture) => {
		const {clock} = fixture;
		const now = clock.now();
		await importOld(fixture.store, 'old', now, 30);
		await fill(fixture.store, ['fresh']);
		const filter = {enqueuedUntil: (now - DAY_MS) as EpochMs};
		const flip = async (key: string | string[]): Promise<void> => {
			const {meta} = fixture.store.handles.env;
			const row = Buffer.from(meta.raw.get(key) as Buffer);
			row[3] = (row[3] ?? 0) ^ 1;
			await meta.raw.put(key, row);
		};
		await flip(META_IMPORTED);
		t.deepEqual(listed(fixture.store, filter), ['old']);
		await flip(['copy', META_IMPORTED]);
		await flip(META_IMPORTED).catch(() => {});
		await importOld(fixture.store, 'older', now, 31);
		t.deepEqual(listed(fixture.store, filter), ['old', 'older']);
	},
);
