import test from 'ava';
import type {PeerNo} from '../../src/outbound/units.js';
import type {DeadletterSelector} from '../../src/storage/store.js';
import {BIG_WINDOW, draftFor, type StoreFixture, storeFixture} from '../helpers/store-fixture.js';

const buried = async ({store, peers}: StoreFixture, count: number): Promise<void> => {
	await store.enqueue(
		Array.from({length: count}, (_, at) => draftFor(store, `payload ${at}`)),
		'all',
	);
	const lease = await store.lease(peers[0] as PeerNo, BIG_WINDOW);
	if (lease === undefined) {
		throw new Error('nothing to lease');
	}
	const exceptions = Array.from({length: count}, (_, index) => ({
		index,
		event: 'reject' as const,
		outcome: 'REJECTED' as const,
		error: 'no',
		bytesSent: 0,
	}));
	await store.settle(lease, {acked: [], exceptions});
};

test('a step that cuts the very first group says where to go on', async t => {
	const fixture = await storeFixture(t);
	await buried(fixture, 10);
	const first = await fixture.store.retryMatching({}, 4);
	t.like(first, {changed: 4, done: false});
	t.truthy(first.cursor);
	const rest = await fixture.store.retryMatching({cursor: first.cursor as string}, 100);
	t.like(rest, {changed: 6, done: true});
});

test('a selector that matches nothing comes to its end, however many are dead', async t => {
	const fixture = await storeFixture(t);
	await buried(fixture, 3);
	let selector: DeadletterSelector = {reason: 'EXPIRED'};
	for (let step = 0; ; step++) {
		const progress = await fixture.store.purgeMatching(selector, 1);
		t.is(progress.changed, 0);
		if (progress.done) {
			break;
		}
		t.true(step < 5, 'it goes on and on');
		selector = {reason: 'EXPIRED', cursor: progress.cursor as string};
	}
	t.is(fixture.store.depth().deadletter, 3);
});
