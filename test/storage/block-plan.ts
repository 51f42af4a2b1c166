import test from 'ava';
import fc from 'fast-check';
import type {StoreId} from '../../src/outbound/made-id.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import type {BlockNo, EntryNo, PeerNo} from '../../src/outbound/units.js';
import {BlockPlan, type PlannedBlock} from '../../src/storage/block-plan.js';
import {LARGE_PAYLOAD_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_ENTRIES} from '../../src/storage/layout.js';
import {Numbers} from '../../src/storage/numbers.js';
import type {PreparedDraft} from '../../src/storage/prepared-draft.js';
import type {Route} from '../../src/storage/store.js';
import {holds} from '../helpers/holds.js';

const OWN = 1 as StoreId;
const zeroes = Buffer.alloc(1024 * 1024);

const routes = new Map<string, Route>();
const routeTo = (...peers: number[]): Route => {
	const key = peers.join(' ');
	const route = routes.get(key) ?? {peers: peers as PeerNo[], key: key as Route['key']};
	routes.set(key, route);
	return route;
};

const draft = (over: {route?: Route; classNo?: ClassNo; bytes?: number; store?: number}): PreparedDraft => ({
	givenId: undefined,
	address:
		over.store === undefined
			? undefined
			: {store: over.store as StoreId, block: 5 as BlockNo, entry: 0 as EntryNo},
	payload: zeroes.subarray(0, over.bytes ?? 10),
	record: {bytes: zeroes, at: 0},
	metadata: undefined,
	route: over.route ?? routeTo(1),
	classNo: over.classNo ?? 2,
	expiresInMs: undefined,
	hops: 0,
	block: 0 as BlockNo,
	entry: 0,
});
const planOf = (drafts: readonly PreparedDraft[]): readonly PlannedBlock[] => {
	const plan = new BlockPlan(new Numbers(undefined), OWN);
	for (const next of drafts) {
		plan.add(next);
	}
	return plan.blocks;
};

const anyDraft = fc
	.record({
		route: fc.constantFrom([1], [2], [1, 2], [1, 2, 3], [3], [2, 3]),
		classNo: fc.constantFrom(0 as const, 2 as const, 3 as const),
		bytes: fc.constantFrom(0, 1, 100, 30_000, LARGE_PAYLOAD_BYTES, LARGE_PAYLOAD_BYTES + 1, 300_000),
	})
	.map(({route, ...rest}) => draft({...rest, route: routeTo(...route)}));

test('for every peer and class, blocks and entries are in the order of arrival', t => {
	holds(
		fc.property(fc.array(anyDraft, {maxLength: 200}), drafts => {
			planOf(drafts);
			const last = new Map<string, number>();
			for (const {route, classNo, block, entry} of drafts) {
				for (const peer of route.peers) {
					const place = block * 1024 + entry;
					t.true(place > (last.get(`${peer} ${classNo}`) ?? -1));
					last.set(`${peer} ${classNo}`, place);
				}
			}
		}),
		{numRuns: 200},
	);
});

test('every segment is in the block whose number it was given, once, and no block breaks a limit', t => {
	holds(
		fc.property(fc.array(anyDraft, {maxLength: 200}), drafts => {
			const blocks = planOf(drafts);
			t.deepEqual(
				blocks.map(({block}) => block),
				blocks.map((_, at) => (at + 1) as BlockNo),
			);
			t.is(
				blocks.reduce((sum, {drafts: members}) => sum + members.length, 0),
				drafts.length,
			);
			for (const {block, route, classNo, drafts: members, payloadBytes} of blocks) {
				t.true(members.length <= MAX_BLOCK_ENTRIES);
				t.is(
					payloadBytes,
					members.reduce((sum, {payload}) => sum + payload.length, 0),
				);
				t.true(members.length === 1 || payloadBytes <= MAX_BLOCK_BYTES);
				t.true(members.length === 1 || members.every(({payload}) => payload.length <= LARGE_PAYLOAD_BYTES));
				for (const [at, member] of members.entries()) {
					t.true(member.block === block && member.entry === at);
					t.true(member.route === route && member.classNo === classNo);
				}
			}
		}),
		{numRuns: 200},
	);
});

test('segments of one route and class share a block', t => {
	t.is(planOf(Array.from({length: 1024}, () => draft({}))).length, 1);
	t.is(planOf(Array.from({length: 1025}, () => draft({}))).length, 2);
	t.is(planOf(Array.from({length: 8}, () => draft({bytes: 32 * 1024}))).length, 1);
	t.is(planOf(Array.from({length: 9}, () => draft({bytes: 32 * 1024}))).length, 2);
});

test('routes that share no peer, and classes, do not cut each other', t => {
	const drafts = Array.from({length: 60}, (_, at) =>
		draft({route: routeTo((at % 2) + 1), classNo: at % 3 === 0 ? 1 : 2}),
	);
	t.is(planOf(drafts).length, 4);
});

test('a payload above 64 KiB has a block of its own', t => {
	const large = LARGE_PAYLOAD_BYTES + 1;
	t.deepEqual(
		planOf([draft({}), draft({bytes: large}), draft({}), draft({})]).map(({drafts}) => drafts.length),
		[1, 1, 2],
	);
	t.is(planOf([draft({}), draft({bytes: LARGE_PAYLOAD_BYTES}), draft({})]).length, 1);
});

test('a block holds segments of no more stores than its table can name', t => {
	const blocks = planOf(Array.from({length: 600}, (_, at) => draft({store: at + 2})));
	t.deepEqual(
		blocks.map(({stores}) => stores.length),
		[254, 254, 92],
	);
	t.deepEqual(planOf([draft({store: OWN})])[0]?.stores, []);
});
