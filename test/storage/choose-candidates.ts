import test from 'ava';
import fc from 'fast-check';
import type {SegmentId} from '../../src/outbound/names.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {Lease, LeaseWindow} from '../../src/storage/store.js';
import {BIG_WINDOW, storeFixture} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
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

const numbered = (count: number, from = 0): string[] =>
	Array.from({length: count}, (_, at) => `${from + at}`);
const atMost = (maxEntries: number) => ({...BIG_WINDOW, maxEntries});

storeTest(
	'what a lease held and was released is leased again, whatever came meanwhile',
	async (t, {store}) => {
		await fill(store, numbered(4));
		await fillOneByOne(store, numbered(2, 4));
		const broken = await take(store);
		await release(store, broken);
		await fill(store, ['urgent'], {classNo: 0});
		await fill(store, ['later']);
		const part = await take(store, {...atMost(3), again: broken});
		t.deepEqual(textsOf(store, part), numbered(3));
		const rest = await take(store, {...BIG_WINDOW, again: broken});
		t.deepEqual(textsOf(store, rest), numbered(3, 3), 'what is leased is not leased again');
		t.is(await store.lease(peerA, {...BIG_WINDOW, again: broken}), undefined);
		t.deepEqual(textsOf(store, await take(store)), ['urgent', 'later']);
		await ackAll(store, part);
		await release(store, rest);
		t.deepEqual(textsOf(store, await take(store, {...BIG_WINDOW, again: broken})), numbered(3, 3));
	},
);

storeTest('what has been settled, charged or buried is not leased again', async (t, {store}) => {
	const ids = await fill(store, numbered(5));
	const broken = await take(store);
	await store.settle(broken, {acked: [[0, 0]], exceptions: [fails(1)]});
	await store.force(ids[2] as SegmentId, A);
	t.deepEqual(textsOf(store, await take(store, {...BIG_WINDOW, again: broken})), numbered(2, 3));
});

storeTest('a group that was leased is leased again', async (t, {store, clock}) => {
	await fill(store, numbered(4));
	const first = await take(store);
	await store.settle(first, {acked: [], exceptions: [fails(0), fails(1), fails(2)]});
	clock.advance(2000);
	const due = await take(store, {...atMost(2), again: first});
	t.deepEqual(textsOf(store, due), ['3'], 'the group of the failed is another place');
	const group = await take(store, atMost(2));
	t.deepEqual(textsOf(store, group), numbered(2));
	await release(store, group);
	t.deepEqual(textsOf(store, await take(store, {...atMost(1), again: group})), ['0']);
});

storeTest(
	'what former leases held is passed over, and is there for the next lease without that wish',
	async (t, {store}) => {
		await fillOneByOne(store, numbered(3));
		await fill(store, numbered(3, 3));
		const broken = await take(store, atMost(4));
		await release(store, broken);
		t.deepEqual(textsOf(store, broken), numbered(3), 'a block that does not fit is not cut behind others');
		const half = await take(store, {...atMost(2), again: broken});
		await release(store, half);
		const others = await take(store, {...BIG_WINDOW, except: [broken]});
		t.deepEqual(textsOf(store, others), numbered(3, 3));
		t.is(await store.lease(peerA, {...BIG_WINDOW, except: [broken, half]}), undefined);
		t.deepEqual(textsOf(store, await take(store, {...BIG_WINDOW, except: [half]})), ['2']);
		t.deepEqual(textsOf(store, await take(store)), numbered(2));
	},
);

storeTest('what was charged is leased by itself, and others get their turn', async (t, {store, clock}) => {
	await fillOneByOne(store, numbered(6));
	const first = await take(store, atMost(3));
	await store.settle(first, {
		acked: [],
		exceptions: [0, 1, 2].map(index => fails(index, 1000 + index)),
	});
	clock.advance(2000);
	const alone = {...atMost(2), chargedAlone: true};
	const served: string[][] = [];
	for (let lease = await store.lease(peerA, alone); lease !== undefined; ) {
		served.push(textsOf(store, lease));
		await ackAll(store, lease);
		lease = await store.lease(peerA, alone);
	}
	t.deepEqual(served, [['0'], ['3', '4'], ['1'], ['5'], ['2']]);
});

type Step =
	| {readonly do: 'add'; readonly count: number; readonly classNo: 0 | 2}
	| {
			readonly do: 'lease';
			readonly most: number;
			readonly alone: boolean;
			readonly choice: 'any' | 'again' | 'except' | 'above';
	  }
	| {readonly do: 'settle'; readonly which: number; readonly fate: 'ack' | 'release' | 'fail first'}
	| {readonly do: 'wait'};

const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({
		do: fc.constant('add' as const),
		count: fc.integer({min: 1, max: 5}),
		classNo: fc.constantFrom(0 as const, 2 as const),
	}),
	fc.record({
		do: fc.constant('lease' as const),
		most: fc.integer({min: 1, max: 8}),
		alone: fc.boolean(),
		choice: fc.constantFrom('any' as const, 'again' as const, 'except' as const, 'above' as const),
	}),
	fc.record({
		do: fc.constant('settle' as const),
		which: fc.nat(20),
		fate: fc.constantFrom('ack' as const, 'release' as const, 'fail first' as const),
	}),
	fc.constant({do: 'wait' as const}),
);

storeTest(
	'a lease of what is more urgent takes that alone, and the rest is not forgotten',
	async (t, {store}) => {
		await fill(store, ['b1', 'b2'], {classNo: 3});
		t.is(await store.lease(peerA, {...BIG_WINDOW, moreUrgentThan: 3}), undefined);
		await fill(store, ['u'], {classNo: 0});
		await fill(store, ['n'], {classNo: 2});
		t.deepEqual(textsOf(store, await take(store, {...BIG_WINDOW, moreUrgentThan: 2})), ['u']);
		t.deepEqual(textsOf(store, await take(store)), ['n', 'b1', 'b2']);
	},
);

test('whatever is leased again, passed over or charged: nothing is leased twice and nothing is overlooked', async t => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, {minLength: 5, maxLength: 40}), async steps => {
			const {store, clock} = await storeFixture(t, {}, 1);
			const open = new Map<Lease, readonly SegmentId[]>();
			const closed: Lease[] = [];
			const done = new Set<SegmentId>();
			let added = 0;
			const lease = async (window: LeaseWindow): Promise<Lease | undefined> => {
				const taken = await store.lease(peerA, window);
				if (taken !== undefined) {
					const ids = leasedIds(taken);
					const out = new Set([...open.values()].flat());
					t.false(ids.some(id => out.has(id) || done.has(id)));
					open.set(taken, ids);
				}
				return taken;
			};
			const settle = async (taken: Lease, fate: 'ack' | 'release' | 'fail first'): Promise<void> => {
				const acked = fate === 'ack' ? ('all' as const) : [];
				await store.settle(taken, {acked, exceptions: fate === 'fail first' ? [fails(0)] : []});
				for (const id of fate === 'ack' ? (open.get(taken) ?? []) : []) {
					done.add(id);
				}
				open.delete(taken);
				closed.push(taken);
			};
			for (const one of steps) {
				if (one.do === 'add') {
					await fill(store, numbered(one.count, added), {classNo: one.classNo});
					added += one.count;
				} else if (one.do === 'wait') {
					clock.advance(1000);
				} else if (one.do === 'settle') {
					const taken = [...open.keys()][one.which % Math.max(1, open.size)];
					await (taken && settle(taken, one.fate));
				} else {
					const former = closed.at(-1);
					const again = one.choice === 'again' && former !== undefined && {again: former};
					const except = one.choice === 'except' && {except: closed.slice(-2)};
					const above = one.choice === 'above' && {moreUrgentThan: 2 as const};
					const taken = await lease({
						...atMost(one.most),
						chargedAlone: one.alone,
						...again,
						...except,
						...above,
					});
					t.false(one.choice === 'above' && (taken?.classNo ?? 0) >= 2);
				}
			}
			for (const taken of [...open.keys()]) {
				await settle(taken, 'ack');
			}
			clock.advance(2000);
			for (let taken = await lease(BIG_WINDOW); taken !== undefined; taken = await lease(BIG_WINDOW)) {
				await settle(taken, 'ack');
			}
			t.is(done.size, added);
			t.is(store.depth(peerA).acked, added);
			t.deepEqual(findViolations(store.handles), []);
			await store.close();
		}),
		{numRuns: 60},
	);
});
