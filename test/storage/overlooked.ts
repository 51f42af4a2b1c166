import test from 'ava';
import fc from 'fast-check';
import type {SegmentId} from '../../src/outbound/names.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {Horizon, Lease, LeaseWindow} from '../../src/storage/store.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {A, fails, fill, leasedIds, peerA} from '../helpers/store-verbs.js';

const WINDOW = {
	maxBytes: 2 ** 20,
	maxEntries: 4096,
	overhead: {perLease: 0, perEntry: 0, perMetadataByte: 0},
};
const DAY = 86_400_000;

type Step =
	| {readonly do: 'add'; readonly count: number; readonly bytes: number; readonly classNo: 0 | 2 | 3}
	| {
			readonly do: 'lease';
			readonly most: number;
			readonly alone: boolean;
			readonly choice: 'any' | 'again' | 'except' | 'above';
			readonly above: 1 | 2 | 3;
	  }
	| {
			readonly do: 'settle';
			readonly which: number;
			readonly fate: 'ack' | 'release' | 'fail';
			readonly at: number;
	  }
	| {readonly do: 'quota'; readonly bytes: number; readonly reserve: number}
	| {readonly do: 'live' | 'day' | 'wait'}
	| {readonly do: 'hold' | 'release' | 'force'; readonly which: number};

/** One for a whole run: a change of the order makes the store look everywhere, and would hide what it has forgotten. */
const kinds = fc.constantFrom('oldest_first' as const, 'newest_first' as const, 'live_first' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constant('add' as const),
			count: fc.integer({min: 1, max: 4}),
			bytes: fc.constantFrom(10, 1000, 3000),
			classNo: fc.constantFrom(0 as const, 2 as const, 3 as const),
		}),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('lease' as const),
			most: fc.integer({min: 1, max: 6}),
			alone: fc.boolean(),
			choice: fc.constantFrom('any' as const, 'again' as const, 'except' as const, 'above' as const),
			above: fc.constantFrom(1 as const, 2 as const, 3 as const),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constant('settle' as const),
			which: fc.nat(20),
			fate: fc.constantFrom('ack' as const, 'release' as const, 'fail' as const),
			at: fc.nat(5),
		}),
	},
	fc.record({
		do: fc.constant('quota' as const),
		bytes: fc.constantFrom(0, 4000, 8000, 20_000),
		reserve: fc.constantFrom(0, 20),
	}),
	fc.record({do: fc.constantFrom('live' as const, 'day' as const, 'wait' as const)}),
	fc.record({do: fc.constantFrom('hold' as const, 'release' as const, 'force' as const), which: fc.nat(50)}),
);

test('in every order, under quotas, with holds and burials between: nothing is leased twice and nothing is overlooked', async t => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, {minLength: 5, maxLength: 50}), kinds, async (steps, kind) => {
			const {store, clock} = await storeFixture(t, {}, 1);
			const open = new Map<Lease, readonly SegmentId[]>();
			const closed: Lease[] = [];
			const ids: SegmentId[] = [];
			const acked = new Set<SegmentId>();
			const limit = (totalBytes: number, reservePercent: number) =>
				store.quota.limit({policy: 'defer', reservePercent, totalBytes, peers: new Map()});
			let live: Horizon = store.horizon();
			const orderNow = () => (kind === 'live_first' ? {kind, live} : {kind});
			const take = async (window: LeaseWindow): Promise<Lease | undefined> => {
				const taken = await store.lease(peerA, window);
				if (taken !== undefined) {
					const leased = leasedIds(taken);
					const out = new Set([...open.values()].flat());
					t.false(leased.some(id => out.has(id) || acked.has(id)));
					open.set(taken, leased);
				}
				return taken;
			};
			const settle = async (taken: Lease, fate: 'ack' | 'release' | 'fail', at: number): Promise<void> => {
				const leased = open.get(taken) ?? [];
				const one = at % leased.length;
				await store.settle(taken, {
					acked: fate === 'ack' ? 'all' : [],
					exceptions: fate === 'fail' ? [fails(one)] : [],
					bytesSent: taken.byteLength,
				});
				for (const id of fate === 'ack' ? leased : []) {
					acked.add(id);
				}
				open.delete(taken);
				closed.push(taken);
			};
			const steer = async (verb: 'hold' | 'release' | 'force', id: SegmentId): Promise<void> => {
				// What has been acknowledged refuses.
				await (verb === 'force' ? store.force(id, A) : store.change(verb, id, A)).catch(() => undefined);
			};
			for (const one of steps) {
				switch (one.do) {
					case 'add': {
						const {limits} = store.handles.quota;
						limit(0, 0);
						const payloads = Array.from({length: one.count}, () => 'x'.repeat(one.bytes));
						ids.push(...(await fill(store, payloads, {classNo: one.classNo})));
						store.quota.limit(limits);
						break;
					}
					case 'lease': {
						const former = closed.at(-1);
						const order = orderNow();
						await take({
							...WINDOW,
							maxEntries: one.most,
							chargedAlone: one.alone,
							order,
							...(one.choice === 'again' && former !== undefined && {again: former}),
							...(one.choice === 'except' && {except: closed.slice(-2)}),
							...(one.choice === 'above' && {moreUrgentThan: one.above}),
						});
						break;
					}
					case 'settle': {
						const taken = [...open.keys()][one.which % Math.max(1, open.size)];
						await (taken && settle(taken, one.fate, one.at));
						break;
					}
					case 'quota':
						limit(one.bytes, one.reserve);
						break;
					case 'live':
						live = store.horizon();
						break;
					case 'day':
						clock.advance(DAY / 3);
						break;
					case 'wait':
						clock.advance(1000);
						break;
					default: {
						const id = ids[one.which % Math.max(1, ids.length)];
						await (id && steer(one.do, id));
					}
				}
			}
			for (const taken of [...open.keys()]) {
				await settle(taken, 'ack', 0); // What is released is looked for again, whatever was forgotten.
			}
			for (const id of ids) {
				await steer('release', id);
			}
			limit(0, 0);
			clock.advance(2000);
			const order = orderNow();
			for (let taken = await take({...WINDOW, order}); taken !== undefined; ) {
				await settle(taken, 'ack', 0);
				taken = await take({...WINDOW, order});
			}
			const {scheduled, failed, inflight, deadletter, acked: ackedCount} = store.depth(peerA);
			t.deepEqual({scheduled, failed, inflight}, {scheduled: 0, failed: 0, inflight: 0});
			t.is(deadletter + ackedCount, ids.length);
			t.deepEqual(findViolations(store.handles), []);
			await store.close();
		}),
		{numRuns: 150},
	);
});
