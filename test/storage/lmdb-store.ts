import type {PeerId} from '../../src/outbound/names.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {A, B, fill, storeTest, take} from '../helpers/store-verbs.js';

const peers = (...ids: string[]): PeerId[] => ids as PeerId[];

storeTest('peers keep their numbers over restarts, and numbers are never used twice', async (t, fixture) => {
	t.deepEqual(await fixture.store.registerPeers(peers('b', 'a', 'c')), [2, 1, 3] as never);
	const store = await fixture.reopen();
	t.deepEqual(await store.registerPeers(peers('c', 'd')), [3, 4] as never);
	t.deepEqual(store.peers(), [
		{id: 'a', no: 1},
		{id: 'b', no: 2},
		{id: 'c', no: 3},
		{id: 'd', no: 4},
	] as never);
});

storeTest('peers registered at the same time get numbers of their own', async (t, {store}) => {
	const numbers = await Promise.all([
		store.registerPeers(peers('x', 'x')),
		store.registerPeers(peers('y')),
		store.registerPeers(peers('y', 'z', 'x')),
	]);
	t.deepEqual(numbers, [[2, 2], [3], [3, 4, 2]] as never);
	t.is(store.peers().length, 4);
});

storeTest('settings survive a restart, each under its name', async (t, fixture) => {
	t.is(fixture.store.readSetting('rate'), undefined);
	await fixture.store.writeSetting('rate', {bytesPerSecond: 100, peers: ['ä']});
	await fixture.store.writeSetting('other', 0);
	await fixture.store.writeSetting('nothing', null);
	const store = await fixture.reopen();
	t.deepEqual(store.readSetting('rate'), {bytesPerSecond: 100, peers: ['ä']});
	t.is(store.readSetting('other'), 0);
	t.is(store.readSetting('nothing'), null);
});

storeTest(
	'settings are read by the beginning of their names, and are gone once nothing is written',
	async (t, {store, reopen}) => {
		await store.writeSettings(
			new Map<string, unknown>([
				['acts', 0],
				['acts:2', {b: 2}],
				['acts:10', 'ten'],
				['acts:1', 1],
				['actt', 0],
			]),
		);
		await store.writeSettings(
			new Map<string, unknown>([
				['acts:1', undefined],
				['acts:never', undefined],
				['acts:3', null],
			]),
		);
		const again = await reopen();
		t.deepEqual(
			[...again.readSettings('acts:')],
			[
				['acts:10', 'ten'],
				['acts:2', {b: 2}],
				['acts:3', null],
			],
		);
		t.is(again.readSetting('acts:1'), undefined);
		t.deepEqual([...again.readSettings('none:')], []);
	},
);

storeTest('several settings are written together, or none of them', async (t, fixture) => {
	await fixture.store.writeSetting('a', 1);
	const unwritable = {
		toJSON() {
			throw new TypeError('no text');
		},
	};
	const both = new Map<string, unknown>([
		['a', 2],
		['b', unwritable],
	]);
	await t.throwsAsync(fixture.store.writeSettings(both), {message: 'no text'});
	t.is(fixture.store.readSetting('a'), 1);
	await fixture.store.writeSettings(both.set('b', 3));
	const store = await fixture.reopen();
	t.deepEqual([store.readSetting('a'), store.readSetting('b')], [2, 3]);
});

storeTest('a store is open once, and its id is its own for ever', async (t, fixture) => {
	await t.throwsAsync(openTestStore(fixture.directory, fixture.clock), {
		code: 'BUSY',
		message: new RegExp(`pid ${process.pid}`),
	});
	const {storeId} = fixture.store;
	t.true(storeId > 0 && storeId < 2 ** 50);
	await fixture.reopen();
	t.is(fixture.store.storeId, storeId);
});

storeTest('closing twice is closing once, and leases stay on disk for the next start', async (t, fixture) => {
	await fill(fixture.store, ['x']);
	await take(fixture.store);
	await Promise.all([fixture.store.close(), fixture.store.close()]);
	await fixture.store.close();
	const store = await fixture.reopen();
	t.is(store.abandonedAtStart, 1);
});

storeTest(
	'counters are those of all peers together, and of each',
	async (t, {store}) => {
		await fill(store, ['x', 'y'], {to: [A, B]});
		t.is(store.depth().scheduled, 4);
		t.deepEqual(
			store.peers().map(({no}) => store.depth(no).scheduled),
			[2, 2],
		);
		t.is(store.depth(99 as never).total, 0);
	},
	{peerCount: 2},
);
