import test from 'ava';
import {FirstDeadletter} from '../../src/deadletter/first-deadletter.js';
import {type PeerId, parseSegmentId} from '../../src/outbound/names.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {A, B, draft} from '../helpers/store-verbs.js';

const bad = parseSegmentId('bad');
const worse = parseSegmentId('worse');

test('the first deadletter of each peer is told once, and again when all were dealt with in between', async t => {
	const {store} = await storeFixture(t, {}, 2);
	await store.enqueue(
		[draft(store, 'x', {id: 'bad', to: [A, B]}), draft(store, 'y', {id: 'worse', to: [A]})],
		'all',
	);
	const told: PeerId[] = [];
	const watch = new FirstDeadletter({store, onFirst: peer => told.push(peer)});
	watch.look();
	t.deepEqual(told, []);
	await store.force(bad, A);
	watch.look();
	await store.force(worse, A);
	watch.look();
	t.deepEqual(told, [A]);
	await store.force(bad, B);
	watch.look();
	t.deepEqual(told, [A, B]);
	await store.purge(bad, B);
	watch.look();
	t.deepEqual(told, [A, B]);
	await store.retry(bad, A);
	await store.retry(worse, A);
	watch.look();
	await store.force(bad, A);
	watch.look();
	t.deepEqual(told, [A, B, A]);
});

test('what was buried before the start is no news', async t => {
	const {store} = await storeFixture(t);
	await store.enqueue([draft(store, 'x', {id: 'bad'}), draft(store, 'y', {id: 'worse'})], 'all');
	await store.force(bad, A);
	const told: PeerId[] = [];
	const watch = new FirstDeadletter({store, onFirst: peer => told.push(peer)});
	await store.force(worse, A);
	watch.look();
	t.deepEqual(told, []);
});
