import type {SegmentId} from '../../../src/outbound/names.js';
import {findViolations} from '../../../src/storage/invariant.js';
import {flip, keysOf} from '../../helpers/flip.js';
import {BIG_WINDOW} from '../../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	C,
	fill,
	peerA,
	peerB,
	peerC,
	recordOf,
	storeTest,
	take,
} from '../../helpers/store-verbs.js';

const two = {settings: {successCondition: 2}, peerCount: 3} as const;
const one = {settings: {successCondition: 'one_peer'}, peerCount: 3} as const;
const ALL = {to: [A, B, C]};

storeTest(
	'damaged counts of acknowledgements are made anew from the proofs, and the next one still suffices',
	async (t, {store}) => {
		const [id = '' as SegmentId] = await fill(store, ['x', 'y'], ALL);
		await store.settle(await take(store), {acked: [[0, 0]], exceptions: []});
		await flip(store, 'acks', keysOf(store, 'acks')[0], 3);
		await ackAll(store, await take(store, BIG_WINDOW, peerB));
		await store.mended();
		t.is(recordOf(store, id, C).state, 'satisfied');
		t.deepEqual(findViolations(store.handles), []);
	},
	two,
);

storeTest(
	'a damaged proof of what was satisfied is told apart from one of what was acknowledged',
	async (t, {store}) => {
		await fill(store, ['x', 'y'], ALL);
		const late = await take(store, BIG_WINDOW, peerB);
		await ackAll(store, await take(store));
		await flip(store, 'settled', keysOf(store, 'settled')[0], 3);
		store.list({}, {limit: 10});
		await store.mended();
		t.like(store.depth(peerB), {acked: 0, satisfied: 2});
		for (const key of keysOf(store, 'spans')) {
			await flip(store, 'spans', key, 3);
		}
		store.list({}, {limit: 10});
		await store.mended();
		t.like(store.depth(peerA), {acked: 2, satisfied: 0});
		t.like(store.depth(peerC), {acked: 0, satisfied: 2});
		t.deepEqual(findViolations(store.handles), []);
		await ackAll(store, late);
	},
	one,
);

storeTest('a damaged group that is held stays held', async (t, {store}) => {
	const [id = '' as SegmentId] = await fill(store, ['x', 'y']);
	await store.change('hold', id, A);
	await flip(store, 'groups', keysOf(store, 'groups')[0], 3);
	store.list({}, {limit: 10});
	await store.mended();
	t.like(recordOf(store, id, A), {state: 'scheduled', held: true});
	t.like(store.depth(), {scheduled: 2, held: 1});
	t.deepEqual(findViolations(store.handles), []);
	await store.change('release', id, A);
	await ackAll(store, await take(store));
	t.is(store.depth().acked, 2);
});
