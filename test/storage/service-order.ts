import test from 'ava';
import fc from 'fast-check';
import type {SegmentId} from '../../src/outbound/names.js';
import type {BlockNo} from '../../src/outbound/units.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {
	type Horizon,
	isServedBefore,
	rangesBefore,
	rangesBehind,
	type ServiceOrder,
	stretchesOf,
} from '../../src/storage/service-order.js';
import {holds} from '../helpers/holds.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	fails,
	fill,
	fillOneByOne,
	leasedIds,
	peerA,
	release,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

const blockNo = fc.integer({min: 1, max: 40}).map(number => number as BlockNo);
const anyOrder: fc.Arbitrary<ServiceOrder> = fc.oneof(
	fc.constantFrom<ServiceOrder>({kind: 'oldest_first'}, {kind: 'newest_first'}),
	blockNo.map(live => ({kind: 'live_first' as const, live: live as number as Horizon})),
);
const BLOCKS = Array.from({length: 40}, (_, at) => (at + 1) as BlockNo);

test('what is before, behind, and the way through all blocks agree', t => {
	holds(
		fc.property(anyOrder, blockNo, (order, block) => {
			const way = stretchesOf(order).flatMap(({first, last, isReverse}) => {
				const within = BLOCKS.filter(other => first <= other && other <= last);
				return isReverse ? within.reverse() : within;
			});
			const at = way.indexOf(block);
			const within = (ranges: ReturnType<typeof rangesBefore>) =>
				way.filter(other => ranges.some(({first, last}) => first <= other && other <= last));
			return (
				way.length === BLOCKS.length &&
				String(within(rangesBefore(order, block))) === String(way.slice(0, at)) &&
				String(within(rangesBehind(order, block))) === String(way.slice(at + 1)) &&
				way.every((other, place) => isServedBefore(order, other, block) === place < at)
			);
		}),
	);
	t.pass();
});

const NEWEST = {...BIG_WINDOW, order: {kind: 'newest_first'}} as const;
const live = (horizon: Horizon) => ({...BIG_WINDOW, order: {kind: 'live_first', live: horizon}}) as const;
const onlyOne = {maxEntries: 1};
const textOfNext = async (store: LmdbStore, window: Parameters<typeof take>[1]): Promise<string> =>
	textsOf(store, await take(store, {...window, ...onlyOne} as typeof NEWEST)).join();

storeTest(
	'newest first: what came last goes first, also while older ones are being sent',
	async (t, {store}) => {
		await fillOneByOne(store, ['1', '2', '3']);
		t.is(await textOfNext(store, NEWEST), '3');
		await fillOneByOne(store, ['4', '5']);
		t.is(await textOfNext(store, NEWEST), '5');
		await fillOneByOne(store, ['6']);
		t.deepEqual(textsOf(store, await take(store, NEWEST)), ['6', '4', '2', '1']);
		t.is(await store.lease(peerA, NEWEST), undefined);
	},
);

storeTest('newest first: classes stay above, and blocks keep the order inside them', async (t, {store}) => {
	await fill(store, ['u1', 'u2'], {classNo: 0});
	await fill(store, ['n1', 'n2']);
	await fill(store, ['n3', 'n4']);
	await fill(store, ['u3'], {classNo: 0});
	t.deepEqual(textsOf(store, await take(store, NEWEST)), ['u3', 'u1', 'u2', 'n3', 'n4', 'n1', 'n2']);
});

storeTest('newest first: what was released or retried takes its place again', async (t, {store}) => {
	const ids = await fillOneByOne(store, ['1', '2', '3', '4']);
	const first = await take(store, {...NEWEST, maxEntries: 2});
	t.deepEqual(textsOf(store, first), ['4', '3']);
	await store.force(ids[1] as SegmentId, A);
	await release(store, first);
	await store.retry(ids[1] as SegmentId, A);
	await fillOneByOne(store, ['5']);
	t.deepEqual(textsOf(store, await take(store, NEWEST)), ['5', '4', '3', '2', '1']);
});

storeTest(
	'live first: what came since goes before what waited, each the oldest first',
	async (t, {store, reopen}) => {
		await fillOneByOne(store, ['1', '2', '3']);
		const since = live(store.horizon());
		await fillOneByOne(store, ['4', '5']);
		t.is(await textOfNext(store, since), '4');
		t.is(await textOfNext(store, since), '5');
		t.is(await textOfNext(store, since), '1', 'with what is left');
		await fillOneByOne(store, ['6']);
		t.is(await textOfNext(store, since), '6');
		const again = await reopen();
		const put = textsOf(again, await take(again, since));
		t.deepEqual(put, ['4', '5', '6', '1', '2', '3'], 'those that the restart put back in their places');
	},
);

storeTest('what failed and is due alternates with the rest in every order', async (t, {store, clock}) => {
	await fillOneByOne(store, ['1', '2', '3', '4']);
	const lease = await take(store, {...NEWEST, maxEntries: 2});
	await store.settle(lease, {acked: [], exceptions: [fails(0, 1000), fails(1, 1500)]});
	clock.advance(2000);
	t.deepEqual(textsOf(store, await take(store, NEWEST)), ['4', '2', '3', '1']);
});

storeTest('what is ahead follows the order', async (t, {store}) => {
	await fillOneByOne(store, ['1', '2']);
	const since = live(store.horizon());
	await fill(store, ['3', '4']);
	await fill(store, ['5']);
	await store.force((await fillOneByOne(store, ['6']))[0] as SegmentId, A);
	for (const window of [BIG_WINDOW, NEWEST, since]) {
		const order = 'order' in window ? window.order : undefined;
		const lease = await take(store, window);
		const ids = leasedIds(lease);
		await release(store, lease);
		t.deepEqual(
			ids.map(id => store.ahead(id, A, order)?.records),
			ids.map((_, at) => at),
		);
	}
});

storeTest('a thousand newest-first leases look at each block about once', async (t, {store}) => {
	await fillOneByOne(
		store,
		Array.from({length: 300}, (_, at) => `${at}`),
	);
	const {env} = store.handles;
	let rows = 0;
	const getRange = env.queue.getRange.bind(env.queue);
	env.queue.getRange = options =>
		getRange(options).map(row => {
			rows += 1;
			return row;
		}) as ReturnType<typeof getRange>;
	const taken: string[] = [];
	for (let at = 0; at < 300; at++) {
		taken.push(await textOfNext(store, NEWEST));
	}
	t.deepEqual(
		taken,
		Array.from({length: 300}, (_, at) => `${299 - at}`),
	);
	t.true(rows < 3000, `${rows} rows read for 300 blocks`);
});
