import type {SegmentId} from '../../src/outbound/names.js';
import type {AgeMs} from '../../src/outbound/units.js';
import {decodeGroup, encodeGroup} from '../../src/storage/group-row.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	B,
	buried,
	draft,
	fill,
	fillDead,
	peerB,
	recordOf,
	storeTest,
	take,
} from '../helpers/store-verbs.js';

const DAY_MS = 86_400_000;

const aged = async (store: LmdbStore, olderThanMs: number): Promise<number> => {
	let records = 0;
	for (;;) {
		const step = await store.retirement.retire({olderThanMs});
		records += step.records;
		if (step.done) {
			return records;
		}
	}
};

storeTest(
	'what was dead long enough goes, to the millisecond; the others and what waits stay',
	async (t, {store, clock}) => {
		const [old = ''] = await fillDead(store, ['old']);
		clock.advance(1000);
		const [young = ''] = await fillDead(store, ['young']);
		const [waits = ''] = await fill(store, ['waits']);
		clock.advance(DAY_MS - 1001);
		t.is(await aged(store, DAY_MS), 0);
		clock.advance(1);
		t.is(await aged(store, DAY_MS), 1);
		t.deepEqual(store.inspect(old as SegmentId), []);
		t.is(recordOf(store, young as SegmentId).state, 'deadletter');
		clock.advance(10 * DAY_MS);
		t.is(await aged(store, DAY_MS), 1);
		t.is(recordOf(store, waits as SegmentId).state, 'scheduled');
		t.like(store.retirement.retired(), {
			aged: 2,
			crowded: 0,
			bytes: 8,
			peers: {a: 2},
			reasons: {REJECTED: 2},
		});
	},
);

storeTest(
	'a wall clock that jumps by years removes nothing early, and nothing stays behind for it',
	async (t, {store, clock}) => {
		await fillDead(store, ['before']);
		clock.jump(50 * 365 * DAY_MS);
		await fillDead(store, ['in the future']);
		t.is(await aged(store, DAY_MS), 0);
		clock.jump(-80 * 365 * DAY_MS);
		clock.advance(1000);
		await fillDead(store, ['in the past']);
		t.is(await aged(store, DAY_MS), 0);
		clock.advance(DAY_MS - 1000);
		t.is(await aged(store, DAY_MS), 2, 'the first two are of age');
		clock.advance(1000);
		t.is(await aged(store, DAY_MS), 1);
	},
);

storeTest('what an earlier edged buried is no longer dead than it is old', async (t, {store, clock}) => {
	await fill(store, ['a']);
	clock.advance(3 * DAY_MS);
	await store.settle(await take(store), {acked: [], exceptions: [buried(0)]});
	const {env} = store.handles;
	await env.root.childTransaction(() => {
		for (const {key, value} of env.groups.getRange({})) {
			const {diedAge: _, ...row} = decodeGroup(value) as Extract<
				ReturnType<typeof decodeGroup>,
				{state: 'deadletter'}
			>;
			void env.groups.put(key, encodeGroup(row));
		}
	});
	clock.advance(DAY_MS);
	t.is(await aged(store, 2 * DAY_MS), 0, 'by the wall clock it died a day ago');
	clock.jump(365 * DAY_MS);
	t.is(await aged(store, 5 * DAY_MS), 0, 'it is four days old at most');
	t.is(await aged(store, 4 * DAY_MS), 1);
});

storeTest(
	'too many bytes go by the longest dead of all peers, and no more than it takes',
	async (t, {store, clock}) => {
		const [first = ''] = await fillDead(store, ['x'.repeat(100)]);
		clock.advance(1000);
		await fill(store, ['y'.repeat(100)], {to: [B]});
		await store.settle(await take(store, BIG_WINDOW, peerB), {acked: [], exceptions: [buried(0)]});
		clock.advance(1000);
		const group = await fillDead(store, ['1'.repeat(10), '2'.repeat(10), '3'.repeat(10)]);
		t.is(store.retirement.deadBytes(undefined).bytes, 230);
		t.like(await store.retirement.retire({excessBytes: 0}), {records: 0, done: true});
		t.like(await store.retirement.retire({excessBytes: 101}), {records: 2, bytes: 200, done: true});
		t.deepEqual(store.inspect(first as SegmentId), []);
		t.is(store.depth(peerB).deadletter, 0);
		t.like(await store.retirement.retire({excessBytes: 11}), {records: 2, bytes: 20});
		t.deepEqual(
			group.map(id => store.inspect(id, A).length),
			[0, 0, 1],
		);
		t.like(store.retirement.retired(), {aged: 0, crowded: 4, bytes: 220, peers: {a: 3, b: 1}});
	},
	{peerCount: 2},
);

storeTest(
	'many go in steps, and what went is remembered over a restart until it is told',
	async (t, fixture) => {
		const {store, clock} = fixture;
		for (let n = 0; n < 600; n += 1) {
			await store.enqueue([draft(store, `${n}`)], 'all');
		}
		const lease = await take(store);
		await store.settle(lease, {
			acked: [],
			exceptions: Array.from({length: lease.entryCount}, (_, at) =>
				buried(at, at % 2 === 0 ? 'reject' : 'exhaust'),
			),
		});
		clock.advance(DAY_MS);
		const step = await store.retirement.retire({olderThanMs: DAY_MS as AgeMs});
		t.true(step.records < 600);
		t.false(step.done);
		const again = await fixture.reopen();
		t.is(again.retirement.retired()?.aged, step.records);
		t.is(step.records + (await aged(again, DAY_MS)), 600);
		t.like(again.retirement.retired(), {aged: 600, reasons: {REJECTED: 300, MAX_RETRIES: 300}});
		await again.retirement.forgetRetired();
		t.is(again.retirement.retired(), undefined);
	},
);
