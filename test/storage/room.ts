import test from 'ava';
import {draftFor, storeFixture} from '../helpers/store-fixture.js';

test('a small call that came with one too large for the room that is left is stored', async t => {
	const {store} = await storeFixture(t, {diskCeilingBytes: 100_000});
	const codes = await Promise.all(
		[200_000, 10, 20].map(size =>
			store.enqueue([draftFor(store, Buffer.alloc(size))], 'all').then(
				answer => answer.status(0),
				(error: {code?: string}) => error.code,
			),
		),
	);
	t.deepEqual(codes, ['QUEUE_FULL', 'accepted', 'accepted']);
	t.is(store.depth().scheduled, 2);
});
