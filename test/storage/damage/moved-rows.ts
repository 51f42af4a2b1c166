import type {ExecutionContext} from 'ava';
import test from 'ava';
import type {Key} from 'lmdb';
import type {PeerNo} from '../../../src/outbound/units.js';
import {findViolations} from '../../../src/storage/invariant.js';
import type {DatabaseName} from '../../../src/storage/layout.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {flip, keysOf} from '../../helpers/flip.js';
import {BIG_WINDOW, type StoreFixture, storeFixture} from '../../helpers/store-fixture.js';
import {A, ackAll, B, buried, C, fails, fill, peerB, peerC, take} from '../../helpers/store-verbs.js';

type Row = {readonly database: DatabaseName; readonly key: Key};

/** One block, of which `a`, `b` and `c` have records in every kind of row, because some were moved. */
const makeMoved = async (t: ExecutionContext): Promise<StoreFixture> => {
	const fixture = await storeFixture(t, {}, 3);
	const {store} = fixture;
	const ids = await fill(store, ['acked', 'failed', 'dead', 'waits', 'to b', 'to c', 'held', 'held, to b']);
	const lease = await take(store, {maxBytes: 1000, maxEntries: 3});
	await store.settle(lease, {acked: [[0, 0]], exceptions: [fails(1), buried(2)]});
	for (const at of [6, 7]) {
		await store.change('hold', ids[at] as never, A);
	}
	for (const [at, to] of [
		[1, B],
		[2, C],
		[4, B],
		[5, C],
		[7, B],
	] as const) {
		await store.change({moveTo: to}, ids[at] as never, A);
	}
	return fixture;
};

const ROWS = ['queue', 'groups', 'settled'] as const;
const rowsOf = (store: LmdbStore): readonly Row[] =>
	ROWS.flatMap(database => keysOf(store, database).map(key => ({database, key})));
const peerOf = ({key}: Row): PeerNo => (key as PeerNo[])[0] as PeerNo;

/** Meets every row, and waits until what is damaged is put right; one thing leads to another. */
const lookEverywhere = async (store: LmdbStore): Promise<void> => {
	for (let round = 0; round < 3; round++) {
		store.list({}, {limit: 1000});
		for (const name of ['blocks', 'held', 'due', 'deadletters', ...ROWS] as const) {
			for (const _ of store.handles.env[name].getRange()) {
				// Reading is enough.
			}
		}
		await store.mended();
	}
};

const recordsOf = (store: LmdbStore): readonly string[] =>
	store.list({}, {limit: 1000}).records.map(({segmentId, peerId}) => `${segmentId} ${peerId}`);

/** Damages those rows of a new store; what it has before and after. */
const damaged = async (t: ExecutionContext, chosen: readonly number[], isTableToo: boolean) => {
	const fixture = await makeMoved(t);
	const before = recordsOf(fixture.store);
	const rows = rowsOf(fixture.store).filter((_, at) => chosen.includes(at));
	for (const {database, key} of rows) {
		await flip(fixture.store, database, key, 1);
	}
	if (isTableToo) {
		await flip(fixture.store, 'blocks', undefined, 60);
	}
	const store = await fixture.reopen();
	await lookEverywhere(store);
	const name = `${isTableToo ? 'table, ' : ''}${rows.map(({database, key}) => `${database} ${String(key)}`).join(', ')}`;
	t.deepEqual(findViolations(store.handles), [], name);
	const after = recordsOf(store);
	const {scheduled, failed, deadletter} = store.depth();
	const open = store.list({}, {limit: 1000}).records.filter(({state}) => state !== 'acked');
	t.is(scheduled + failed + deadletter, open.length, name);
	t.deepEqual(
		before.filter(record => !after.includes(record)),
		[],
		`${name}: lost`,
	);
	const names = new Map(store.peers().map(({id, no}) => [no, id]));
	const blamed = new Set(rows.map(row => names.get(peerOf(row))));
	await fixture.reopen();
	t.deepEqual(findViolations(fixture.store.handles), [], `${name}: after a restart`);
	return {store: fixture.store, name, blamed, more: after.filter(record => !before.includes(record))};
};

/** Each row by itself, and each two. */
const choices = (count: number): readonly (readonly number[])[] =>
	Array.from({length: count}, (_, a) => [
		[a],
		...Array.from({length: count - a - 1}, (_, more) => [a, a + 1 + more]),
	]).flat();

test('rows of moved records that are damaged are told by the table: each record once, where it was', async t => {
	const {store} = await makeMoved(t);
	const count = rowsOf(store).length;
	t.is(count, 8);
	for (const chosen of choices(count)) {
		const {more, name} = await damaged(t, chosen, false);
		t.deepEqual(more, [], name);
	}
});

test('with the table of a moved block damaged too, nothing is lost, and only peers with damaged rows are told too much', async t => {
	const {store} = await makeMoved(t);
	for (const chosen of [[], ...choices(rowsOf(store).length)]) {
		const {more, name, blamed, store: mended} = await damaged(t, chosen, true);
		t.deepEqual(
			more.filter(record => !blamed.has(record.split(' ')[1] as never)),
			[],
			name,
		);
		const {records} = mended.list({}, {limit: 1000});
		for (const {segmentId, peerId, state, reason} of records) {
			const isTooMany = more.includes(`${segmentId} ${peerId}`);
			t.true(state === 'acked' || reason === 'CORRUPT', `${name}: ${segmentId} ${peerId} is ${state}`);
			t.true(!isTooMany || reason === 'CORRUPT', name);
		}
	}
});

test('a row that is gone from a block of which nothing ever was moved is a loss that is told, with its table damaged', async t => {
	const {store} = await storeFixture(t, {}, 2);
	const ids = await fill(store, ['gone', 'waits', 'held'], {to: [A, B]});
	await store.change('hold', ids[2] as never, A);
	const [queued] = keysOf(store, 'queue').filter(key => (key as number[])[0] === 1);
	await store.handles.env.queue.remove(queued as Key);
	await flip(store, 'blocks', undefined, 60);
	await store.handles.mend({database: 'blocks', key: keysOf(store, 'blocks')[0] as number});
	await lookEverywhere(store);
	t.deepEqual(findViolations(store.handles), []);
	t.deepEqual(
		store.list({peer: A, state: 'deadletter'}, {limit: 10}).records.map(({reason}) => reason),
		['CORRUPT', 'CORRUPT', 'CORRUPT'],
	);
});

test('damage to rows of moved records that are being sent is put right under the lease, and the answer settles the rest', async t => {
	const {store: first} = await makeMoved(t);
	const peers = rowsOf(first).map(peerOf);
	const ofOnePeer = choices(peers.length).filter(([a = 0, b = a]) => peers[a] === peers[b]);
	for (const isTableToo of [false, true]) {
		for (const chosen of ofOnePeer) {
			const {store, clock} = await makeMoved(t);
			clock.advance(10_000);
			const before = recordsOf(store);
			const leases = [
				await take(store),
				await take(store, BIG_WINDOW, peerB),
				await take(store, BIG_WINDOW, peerC),
			];
			const rows = rowsOf(store).filter((_, at) => chosen.includes(at));
			for (const {database, key} of rows) {
				await flip(store, database, key, 1);
			}
			if (isTableToo) {
				await flip(store, 'blocks', undefined, 60);
			}
			const name = `${isTableToo ? 'table, ' : ''}${rows.map(({database, key}) => `${database} ${String(key)}`).join(', ')}`;
			await lookEverywhere(store);
			t.deepEqual(findViolations(store.handles), [], name);
			for (const lease of leases) {
				await ackAll(store, lease);
			}
			t.deepEqual(findViolations(store.handles), [], `${name}: after the answer`);
			const after = recordsOf(store);
			t.deepEqual(
				before.filter(record => !after.includes(record)),
				[],
				`${name}: lost`,
			);
		}
	}
});
