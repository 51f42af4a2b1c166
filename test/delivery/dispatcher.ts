import test from 'ava';
import {parsePeerId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import type {EntryDraft} from '../helpers/leases.js';
import {acked} from '../helpers/scripted-transport.js';

const MIB = 1024 * 1024;
const many = (count: number, prefix: string, rest: Partial<EntryDraft> = {}): EntryDraft[] =>
	Array.from({length: count}, (_, index) => ({id: `${prefix}${index}`, ...rest}));

test('peers that never answer keep no other lane from sending', async t => {
	const dead = ['dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5', 'dead-6'];
	const stage = new DeliveryStage(t, {peers: [...dead, 'hub'], workerCount: 4});
	for (const index of dead.keys()) {
		stage.store.add(index + 1, ...many(50, 'x', {sizeBytes: MIB}));
	}
	await stage.dispatcher.start();
	await stage.until(() => dead.every(id => stage.transport(id).open > 0));
	await stage.settle();
	stage.acknowledge();
	stage.store.add(7, ...many(30, 'y', {sizeBytes: MIB}));
	await stage.until(() => stage.store.inState('acked', 7).length === 30);
	t.pass();
});

test('a lane uses its own slot and the shared ones, and no more', async t => {
	const stage = new DeliveryStage(t, {workerCount: 3, maxInflightBytes: 100 * MIB});
	stage.store.add(1, ...many(50, 'x', {sizeBytes: MIB}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().open === 4);
	await stage.settle();
	t.is(stage.transport().open, 4);
});

test('one lane cannot take all the shared slots from the others', async t => {
	const stage = new DeliveryStage(t, {peers: ['stuck', 'hub'], workerCount: 4, maxInflightBytes: 100 * MIB});
	stage.store.add(1, ...many(50, 'x', {sizeBytes: MIB}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport('stuck').open === 3);
	stage.store.add(2, ...many(50, 'y', {sizeBytes: MIB}));
	await stage.until(() => stage.transport('hub').open === 3);
	await stage.settle();
	t.is(stage.transport('stuck').mostOpen, 3);
});

test('the last free slot is for a lane that has none: two that are stuck leave one to the third', async t => {
	const stage = new DeliveryStage(t, {
		peers: ['stuck', 'slow', 'hub'],
		workerCount: 4,
		maxInflightBytes: 100 * MIB,
	});
	stage.store.add(1, ...many(50, 'x', {sizeBytes: MIB}));
	stage.store.add(2, ...many(50, 'y', {sizeBytes: MIB}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport('stuck').open + stage.transport('slow').open === 5);
	await stage.settle();
	t.is(
		stage.transport('stuck').open + stage.transport('slow').open,
		5,
		'one of its own each, and three shared',
	);
	stage.store.add(3, ...many(50, 'z', {sizeBytes: MIB}));
	await stage.until(() => stage.transport('hub').open === 2);

	// A slot that is free again goes to whoever was refused.
	const narrow = stage.transport(stage.transport('stuck').open === 2 ? 'stuck' : 'slow');
	const wide = stage.transport(stage.transport('stuck').open === 2 ? 'slow' : 'stuck');
	wide.paces = false;
	for (const sending of wide.sends.splice(0)) {
		sending.answer({kind: 'link_down', message: 'gone', bytesSent: 0});
	}
	await stage.until(() => narrow.open === 3);
	t.pass();
});

test('peers that never answer cannot take the part of the bytes in flight that is a lane of its own', async t => {
	const stage = new DeliveryStage(t, {
		peers: ['stuck', 'slow', 'hub'],
		maxInflightBytes: 6 * MIB,
		workerCount: 20,
	});
	stage.store.add(1, ...many(200, 'x', {sizeBytes: 100_000}));
	stage.store.add(2, ...many(200, 'y', {sizeBytes: 100_000}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport('stuck').open > 1 && stage.transport('slow').open > 1);
	await stage.settle();
	stage.store.add(3, ...many(200, 'z', {sizeBytes: 100_000}));
	await stage.settle();
	const [, , hub] = stage.dispatcher.snapshots();
	t.true((hub?.inflightBytes ?? 0) > 0.8 * MIB, `${hub?.inflightBytes} of a sixth of the total`);
	const total = stage.dispatcher.snapshots().reduce((sum, lane) => sum + lane.inflightBytes, 0);
	t.true(total <= 6 * MIB + 3 * 100_000, `${total} bytes`);
});

test('a free shared slot goes to the most urgent class', async t => {
	const stage = new DeliveryStage(t, {peers: ['busy', 'bulk', 'urgent'], workerCount: 1});
	stage.store.add(1, ...many(2, 'x', {sizeBytes: MIB}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport('busy').open === 2); // Its own slot and the shared one.
	stage.store.add(2, ...many(2, 'b', {sizeBytes: MIB, classNo: 3}));
	await stage.until(() => stage.transport('bulk').open === 1);
	await stage.settle();
	stage.store.add(3, ...many(2, 'u', {sizeBytes: MIB, classNo: 0}));
	await stage.until(() => stage.transport('urgent').open === 1);
	await stage.settle();
	const shared = stage.transport('busy').sends[1];
	shared?.answer(acked(shared.lease));
	await stage.until(() => stage.transport('urgent').open === 2);
	await stage.settle();
	t.is(stage.transport('bulk').open, 1);
});

test('bytes in flight are bounded in total', async t => {
	const stage = new DeliveryStage(t, {peers: ['a', 'b', 'c'], maxInflightBytes: 4 * MIB, workerCount: 20});
	for (const peer of [1, 2, 3]) {
		stage.store.add(peer, ...many(100, 'x', {sizeBytes: 100_000}));
	}
	let most = 0;
	const inFlight = () => stage.dispatcher.snapshots().reduce((sum, lane) => sum + lane.inflightBytes, 0);
	await stage.dispatcher.start();
	for (let answered = 0; answered < 100; answered++) {
		await stage.settle();
		most = Math.max(most, inFlight());
		for (const transport of stage.transports.values()) {
			const next = transport.sends.shift();
			next?.answer(acked(next.lease));
		}
	}
	await stage.until(() => [1, 2, 3].every(peer => stage.store.inState('acked', peer).length === 100));
	t.true(most <= 4 * MIB + 3 * 100_000, `${most} bytes`); // One segment more for a lane that has nothing in flight.
	t.true(most > 3 * MIB, `${most} bytes`);
	t.is(inFlight(), 0);
});

test('with the budget used up by others, a lane with nothing in flight may lease one segment however large', async t => {
	const stage = new DeliveryStage(t, {peers: ['a', 'b', 'c'], maxInflightBytes: 2 * MIB});
	stage.store.add(1, ...many(10, 'x', {sizeBytes: MIB}));
	stage.store.add(2, ...many(10, 'y', {sizeBytes: MIB}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport('a').open > 0 && stage.transport('b').open > 0);
	await stage.settle();
	stage.store.add(3, ...many(2, 'z', {sizeBytes: 50 * MIB}));
	await stage.until(() => stage.transport('c').open === 1);
	await stage.settle();
	t.deepEqual(
		stage.store.leased.filter(ids => ids[0]?.startsWith('z')),
		[['z0']],
	);
});

test('a pause of one peer leaves the others moving, and outlives a restart', async t => {
	const stage = new DeliveryStage(t, {peers: ['hub', 'stick']});
	stage.acknowledge('hub');
	stage.acknowledge('stick');
	await stage.dispatcher.start();
	await stage.dispatcher.pause(parsePeerId('hub'));
	stage.store.add(1, {id: 'a'});
	stage.store.add(2, {id: 'b'});
	await stage.until(() => stage.store.stateOf('b', 2) === 'acked');
	t.is(stage.store.stateOf('a', 1), 'scheduled');

	const restarted = new DeliveryStage(t, {peers: ['hub', 'stick']});
	for (const [name, value] of stage.store.values) {
		restarted.store.values.set(name, value);
	}
	restarted.acknowledge('hub');
	restarted.store.add(1, {id: 'a'});
	await restarted.dispatcher.start();
	await restarted.settle();
	t.deepEqual(
		restarted.dispatcher.snapshots().map(({link, paused}) => [link, paused]),
		[
			['paused', true],
			['unknown', false],
		],
	);
	await restarted.dispatcher.resume();
	await restarted.until(() => restarted.store.stateOf('a', 1) === 'acked');
});

test('a drain delivers what waits, also of a paused lane, and is told to the doors until resumed', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	await stage.dispatcher.start();
	await stage.dispatcher.pause();
	stage.store.add(1, {id: 'a'});
	await stage.dispatcher.drain();
	await stage.until(() => stage.store.stateOf('a') === 'acked');
	t.true(stage.dispatcher.isDraining(1 as PeerNo));
	t.like(stage.dispatcher.snapshots()[0], {paused: false, draining: true});
	await stage.dispatcher.resume();
	t.false(stage.dispatcher.isDraining(1 as PeerNo));
});

test('two operators at once: each order builds on the one before, and none is lost', async t => {
	const stage = new DeliveryStage(t);
	await stage.dispatcher.start();
	const {dispatcher} = stage;
	t.deepEqual(await Promise.all([dispatcher.drain(), dispatcher.pause(), dispatcher.pause()]), [
		'changed',
		'changed',
		'same',
	]);
	t.like(dispatcher.snapshots()[0], {paused: true, draining: true});
	t.deepEqual(JSON.parse(stage.store.values.get('lane:mode:hub') ?? ''), {paused: true, draining: true});
	stage.store.failure = new Error('no disk');
	const [failed] = await Promise.allSettled([dispatcher.resume(), dispatcher.pause()]);
	t.is(failed?.status, 'rejected');
	t.like(
		dispatcher.snapshots()[0],
		{paused: true, draining: true},
		'what could not be written is not in force',
	);
	stage.store.failure = undefined;
	t.is(await dispatcher.resume(), 'changed', 'an order that failed keeps no other from being given');
});

test('an unknown peer is refused by name', async t => {
	const stage = new DeliveryStage(t);
	await t.throwsAsync(stage.dispatcher.pause(parsePeerId('nobody')), {
		code: 'UNKNOWN_PEER',
		message: /nobody/,
	});
});

test('nothing is sent before the start, nor after the stop', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	stage.store.add(1, {id: 'a'});
	await stage.bandwidth.set(undefined, {bytesPerSecond: 9_000_000});
	await stage.settle();
	t.is(stage.store.looks, 0);
	await stage.stop(0);
	await stage.stop(0);
	stage.store.add(1, {id: 'b'});
	await stage.settle();
	t.is(stage.store.looks, 0);
});

test('a lane that is removed stops, a lane that is added while running starts', async t => {
	const stage = new DeliveryStage(t, {peers: ['hub', 'stick']});
	stage.acknowledge('stick');
	await stage.dispatcher.start();
	await stage.dispatcher.remove(parsePeerId('hub'));
	t.is(stage.transport('hub').closed, 1);
	stage.dispatcher.add({id: parsePeerId('new'), no: 9 as PeerNo}, stage.transport('stick'));
	stage.store.add(9, {id: 'a'});
	await stage.until(() => stage.store.stateOf('a', 9) === 'acked');
	t.deepEqual(
		stage.dispatcher.snapshots().map(({peerId}) => peerId as string),
		['stick', 'new'],
	);
});
