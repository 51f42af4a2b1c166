import type {SegmentId} from '../../src/outbound/names.js';
import type {Move} from '../../src/storage/moves.js';
import type {StoreFixture} from '../helpers/store-fixture.js';
import {A, draft, fails, fill, peerA, storeTest, take, tendAll} from '../helpers/store-verbs.js';

/** What is told of peer `a`, and forgotten when it is asked for. */
const watched = ({store}: StoreFixture): (() => readonly Move[]) => {
	let seen: Move[] = [];
	store.watchMoves((peer, moves) => {
		seen.push(...(peer === peerA ? moves : []));
	});
	return () => {
		const told = seen;
		seen = [];
		return told;
	};
};

const move = (from: Move['from'], to: Move['to'], count: number, reason?: Move['reason']): Move => ({
	from,
	to,
	reason,
	count,
});

storeTest('every verb tells what it has moved, from where to where', async (t, fixture) => {
	const {store, clock} = fixture;
	const told = watched(fixture);
	const ids = await fill(store, ['0', '1', '2', '3', '4']);
	t.deepEqual(told(), [move(undefined, 'scheduled', 5)]);

	const lease = await take(store);
	t.deepEqual(told(), [move('scheduled', 'inflight', 5)]);

	const refused = {event: 'reject', error: 'no', outcome: 'REJECTED', bytesSent: 1} as const;
	const exceptions = [fails(1, 60_000), {...refused, index: 2}];
	await store.settle(lease, {acked: [[0, 0]], exceptions});
	t.deepEqual(told(), [
		move('inflight', 'scheduled', 2),
		move('inflight', 'failed', 1),
		move('inflight', 'deadletter', 1, 'REJECTED'),
		move('inflight', 'acked', 1),
	]);

	await store.force(ids[1] as SegmentId, A);
	t.deepEqual(told(), [move('failed', 'deadletter', 1, 'FORCED')]);
	await store.retry(ids[1] as SegmentId, A);
	t.deepEqual(told(), [move('deadletter', 'scheduled', 1)]);
	await store.purge(ids[2] as SegmentId, A);
	t.deepEqual(told(), [move('deadletter', undefined, 1)]);

	await store.enqueue([draft(store, 'short', {expiresInMs: 1000})], 'all');
	told();
	clock.advance(2000);
	await tendAll(store);
	t.deepEqual(told(), [move('scheduled', 'deadletter', 1, 'EXPIRED')]);
});

storeTest('nobody is told any more once the watch has ended', async (t, fixture) => {
	const told = watched(fixture);
	fixture.store.watchMoves(undefined);
	await fill(fixture.store, ['x']);
	t.deepEqual(told(), []);
});
