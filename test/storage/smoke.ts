import test from 'ava';
import {findViolations} from '../../src/storage/invariant.js';
import {BIG_WINDOW, draftFor, storeFixture} from '../helpers/store-fixture.js';

test('a segment is enqueued, leased, acknowledged and provable', async t => {
	const {store, peers} = await storeFixture(t);
	const [peer] = peers;
	if (peer === undefined) {
		return t.fail();
	}
	const answer = await store.enqueue([draftFor(store, 'hello'), draftFor(store, '')], 'all');
	t.is(answer.status(0), 'accepted');
	t.deepEqual(findViolations(store.handles), []);
	const lease = await store.lease(peer, BIG_WINDOW);
	t.is(lease?.entryCount, 2);
	if (lease === undefined) {
		return t.fail();
	}
	t.is(String(store.readPayloads(lease).read(0)), 'hello');
	t.is(store.depth().inflight, 2);
	t.deepEqual(findViolations(store.handles), []);
	t.true(await store.settle(lease, {acked: 'all', exceptions: []}));
	t.deepEqual(findViolations(store.handles), []);
	t.is(store.depth().acked, 2);
	const [record] = store.inspect(answer.segmentId(0));
	t.is(record?.state, 'acked');
	t.is(record?.attempts.length, 1);
});
