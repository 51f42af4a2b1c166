import test from 'ava';
import {shape} from '../../../src/daemon/control/shape.js';
import {Peers} from '../../../src/daemon/peers.js';
import type {PeerId} from '../../../src/outbound/names.js';
import {shapeResult} from '../../../src/rpc/contract/shape.js';
import {configFrom, NODE} from '../../helpers/config.js';
import {storeFixture} from '../../helpers/store-fixture.js';
import {A, B, fill} from '../../helpers/store-verbs.js';

const HOUR = 3_600_000;

test('shape has the peers of the file, those that only the store remembers, and the sum', async t => {
	const {store, clock} = await storeFixture(t, {}, 2);
	const config = configFrom(`${NODE}[[peers]]\nid = "a"\nurl = "unix:/a"`);
	const [known] = store.peers();
	const peers = new Peers(store, [{...(known as {id: PeerId; no: never}), config: config.peers[0] as never}]);
	const parts = {store, peers, clock};
	await fill(store, ['1', '22'], {to: [A, B]});
	clock.advance(2 * HOUR);
	await fill(store, ['333'], {to: [A]});
	const all = await shape(parts, {});
	t.notThrows(() => shapeResult.parse(all));
	t.is(all.total.buckets.length, all.borders_seconds.length + 1);
	t.like(all, {
		peers: [
			{peer_id: 'a', records: 3, bytes: 6},
			{peer_id: 'b', records: 2, bytes: 3},
		],
		total: {records: 5, bytes: 9},
	});
	const at = all.borders_seconds.findIndex(seconds => seconds * 1000 > 2 * HOUR);
	t.deepEqual(all.total.buckets[at], {records: 4, bytes: 6});
	t.deepEqual(all.total.buckets[0], {records: 1, bytes: 3});
	const ofB = await shape(parts, {peer_id: B});
	t.deepEqual([ofB.peers.length, ofB.total.records], [1, 2]);
	await t.throwsAsync(shape(parts, {peer_id: 'nobody' as PeerId}), {message: /nobody/});
});
