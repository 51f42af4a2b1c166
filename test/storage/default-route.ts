import test from 'ava';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import {draftFor, storeFixture} from '../helpers/store-fixture.js';

const ID = {kind: 'given', id: 'again'} as const as {kind: 'given'; id: SegmentId};

test('a segment that comes again after the default route has changed is a duplicate', async t => {
	const {store} = await storeFixture(t, {}, 2);
	const first = {...store.route(['a' as PeerId]), isDefault: true} as const;
	const second = {...store.route(['a', 'b'] as PeerId[]), isDefault: true} as const;
	await store.enqueue([draftFor(store, 'x', {identity: ID, route: first})], 'all');
	const answer = await store.enqueue([draftFor(store, 'x', {identity: ID, route: second})], 'all');
	t.is(answer.status(0), 'duplicate');
});

test('with its peers named it is a conflict that names the route it has', async t => {
	const {store} = await storeFixture(t, {}, 2);
	await store.enqueue([draftFor(store, 'x', {identity: ID})], 'all');
	const named = store.route(['a', 'b'] as PeerId[]);
	const error = await t.throwsAsync(
		store.enqueue([draftFor(store, 'x', {identity: ID, route: named})], 'all'),
	);
	t.regex(error?.message ?? '', /route a/);
});
