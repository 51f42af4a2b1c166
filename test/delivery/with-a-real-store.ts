import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Bandwidth} from '../../src/delivery/bandwidth.js';
import {Dispatcher} from '../../src/delivery/dispatcher.js';
import type {Transport} from '../../src/delivery/transport.js';
import {createDirectoryTransport} from '../../src/delivery/transports/directory.js';
import {parseSegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {systemClock} from '../../src/runtime/clock.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {DeliverySpy} from '../helpers/delivery-spy.js';
import {acked, idsOf, ScriptedTransport} from '../helpers/scripted-transport.js';
import {openTestStore, storeFixture} from '../helpers/store-fixture.js';
import {A, B, draft} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';
import {Watch} from '../helpers/watch.js';

// Timers of edged keep no process alive; this one does while the tests wait for them.
const keepAlive = setInterval(() => {}, 1000);
test.after.always(() => {
	clearInterval(keepAlive);
});

const [HUB, STICK] = [1, 2] as [PeerNo, PeerNo];

const dispatch = async (store: LmdbStore, watch: Watch, transports: readonly Transport[]) => {
	const bandwidth = new Bandwidth(
		{total: {bytesPerSecond: 0, dailyQuotaBytes: 0}, peers: new Map()},
		{burstSeconds: 0.1, clock: systemClock, settings: store, quota: store.quota},
	);
	const bugs: unknown[] = [];
	const dispatcher = new Dispatcher({
		store,
		bandwidth,
		windowsOf: () => [],
		workerCount: 4,
		maxInflightBytes: 8 * 2 ** 20,
		catchUp: 'oldest_first',
		drainTimeoutMs: 50,
		policy: {
			// Some segments meet a break at each of many attempts here: what is looked at is that they arrive, not when they are given up.
			maxRetryCount: 1000,
			backoffBaseMs: 20,
			backoffMaxMs: 100,
			outagePolicy: 'hold',
			stableMs: 10_000,
			nodeId: 'edge-1',
		},
		clock: systemClock,
		observer: new DeliverySpy(watch),
		onBug: error => {
			bugs.push(error);
			watch.touch();
		},
	});
	for (const [index, transport] of transports.entries()) {
		dispatcher.add(store.peers()[index] ?? {id: A, no: HUB}, transport);
	}
	await dispatcher.start();
	const stop = async () => {
		await dispatcher.stop();
		await bandwidth.stop();
		if (bugs.length > 0) {
			throw new AggregateError(bugs, 'Bugs were told');
		}
	};
	return {dispatcher, stop};
};

/** One with the clock of the machine: lanes and limiter run by it. */
const realStore = async (t: ExecutionContext, peerCount = 1) => {
	const {store, directory} = await storeFixture(t, {}, peerCount);
	await store.close();
	const opened = await openTestStore(directory, systemClock);
	return {store: opened, reopen: async () => openTestStore(directory, systemClock)};
};

const payload = (n: number) => Buffer.alloc((n * 7919) % 20_000, n % 251);

test('mixed segments arrive in two directories byte for byte, each once, while one peer fails and breaks at random', async t => {
	const {store} = await realStore(t, 2);
	const [to, also] = [
		path.join(await temporaryDirectory(t), 'a'),
		path.join(await temporaryDirectory(t), 'b'),
	];
	const watch = new Watch();
	const flaky = createDirectoryTransport({directory: to, clock: systemClock});
	let sends = 0;
	const transport: Transport = {
		...flaky,
		probe: signal => flaky.probe(signal),
		close: () => flaky.close(),
		send: async (...args) => {
			sends += 1;
			if (sends % 5 === 2) {
				return {kind: 'broken', message: 'reset', cause: 'reset', bytesSent: 1};
			}
			const outcome = await flaky.send(...args);
			// The answer is lost: what was delivered is sent again, and must be found to be there.
			return sends % 5 === 4 ? {kind: 'broken', message: 'reset', cause: 'timeout', bytesSent: 1} : outcome;
		},
	};
	const {stop} = await dispatch(store, watch, [
		transport,
		createDirectoryTransport({directory: also, clock: systemClock}),
	]);
	const count = 400;
	for (let from = 0; from < count; from += 50) {
		const drafts = Array.from({length: 50}, (_, n) =>
			draft(store, payload(from + n), {id: `Seg:${from + n}`, to: [A, B]}),
		);
		await store.enqueue(drafts, 'all');
	}
	const isOver = (peer: PeerNo) => store.depth(peer).acked + store.depth(peer).deadletter === count;
	await watch.until(() => [HUB, STICK].every(isOver));
	t.is(store.depth().deadletter, 0);
	for (const directory of [to, also]) {
		t.is((await readdir(directory)).length, 2 * count);
		for (let n = 0; n < count; n++) {
			t.is(Buffer.compare(await readFile(path.join(directory, `%53eg%3a${n}`)), payload(n)), 0, `${n}`);
		}
	}
	t.is(store.depth().deadletter, 0);
	await stop();
	await store.close();
});

test('a poison is found among a real queue and is the only one charged', async t => {
	const {store} = await realStore(t);
	const watch = new Watch();
	const transport = new ScriptedTransport(watch);
	transport.script = lease =>
		idsOf(lease).includes('s613')
			? {kind: 'broken', message: 'reset', cause: 'reset', bytesSent: 10}
			: acked(lease);
	await store.enqueue(
		Array.from({length: 1000}, (_, n) => draft(store, `${n}`, {id: `s${n}`})),
		'all',
	);
	const {stop} = await dispatch(store, watch, [transport]);
	await watch.until(() => store.depth(HUB).acked === 999);
	await stop();
	const [poison] = store.inspect(parseSegmentId('s613'));
	t.true((poison?.chargedFailures ?? 0) >= 1);
	t.true(poison?.attempts.every(({outcome}) => outcome === 'FAILED'));
	t.is(store.depth(HUB).acked, 999);
	t.deepEqual(
		store.list({state: 'acked'}, {limit: 1000}).records.filter(({chargedFailures}) => chargedFailures > 0),
		[],
	);
	await store.close();
});

test('after a stop nothing is inflight and the next start abandons nothing', async t => {
	const {store, reopen} = await realStore(t);
	const watch = new Watch();
	const transport = new ScriptedTransport(watch);
	await store.enqueue(
		Array.from({length: 300}, (_, n) => draft(store, Buffer.alloc(30_000, n))),
		'all',
	);
	const {stop} = await dispatch(store, watch, [transport]);
	await watch.until(() => transport.open === 5);
	t.true(store.depth(HUB).inflight > 0);
	await stop();
	t.like(store.depth(HUB), {inflight: 0, scheduled: 300});
	await store.close();
	const again = await reopen();
	t.like(again.depth(HUB), {abandoned: 0, scheduled: 300});
	t.deepEqual(
		again.list({}, {limit: 300}).records.filter(({attempts}) => attempts.length > 0),
		[],
	);
	await again.close();
});
