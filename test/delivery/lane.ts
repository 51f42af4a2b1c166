import test from 'ava';
import {spreadPatience} from '../../src/delivery/spread.js';
import type {SendOutcome} from '../../src/delivery/transport.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {EpochMs} from '../../src/outbound/units.js';
import type {Lease} from '../../src/storage/store.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import type {EntryDraft} from '../helpers/leases.js';
import {acked, idsOf} from '../helpers/scripted-transport.js';

const HUB = 1;
const DOWN: SendOutcome = {kind: 'link_down', message: 'connection refused', bytesSent: 0};
const RESET: SendOutcome = {kind: 'broken', message: 'reset', cause: 'reset', bytesSent: 10};
const numbered = (count: number, rest: Partial<EntryDraft> = {}): EntryDraft[] =>
	Array.from({length: count}, (_, index) => ({id: `s${index}`, ...rest}));
const failing =
	(index: number, kind: 'failed' | 'rejected') =>
	(lease: Lease): SendOutcome => ({
		kind: 'answered',
		acked: lease.entryCount > 1 ? [[1, lease.entryCount - 1]] : [],
		troubles: [{index, kind, message: 'no'}],
		bytesSent: lease.byteLength,
	});

test('what is acknowledged is settled as acknowledged, in one lease', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	await stage.dispatcher.start();
	stage.store.add(HUB, ...numbered(300));
	await stage.untilIdle();
	t.is(stage.store.inState('acked').length, 300);
	t.is(stage.store.leased.length, 1);
	t.deepEqual(stage.store.settled, [{acked: 'all', exceptions: [], bytesSent: 30_000}]);
	t.like(stage.spy.settlements[0], {acked: {entries: 300, bytes: 30_000}});
});

test('a lane looks once at start and once per nudge, and many nudges at once are one look', async t => {
	const stage = new DeliveryStage(t);
	await stage.dispatcher.start();
	await stage.untilIdle();
	t.is(stage.store.looks, 1);
	for (let n = 0; n < 100; n++) {
		stage.store.add(HUB); // Nothing, said a hundred times.
	}
	await stage.untilIdle();
	await stage.settle();
	t.true(stage.store.looks <= 3, `${stage.store.looks} looks`);
	const looks = stage.store.looks;
	await stage.pass(3_600_000, 60_000);
	t.is(stage.store.looks, looks);
});

test('a segment that comes while the lane is looking is not overlooked', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	await stage.dispatcher.start();
	for (let n = 0; n < 20; n++) {
		stage.store.add(HUB, {id: `a${n}`});
		await new Promise(setImmediate);
		stage.store.add(HUB, {id: `b${n}`});
	}
	await stage.until(() => stage.store.inState('acked').length === 40);
	t.pass();
});

test('the most urgent class is leased first', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	stage.store.add(
		HUB,
		{id: 'bulk', classNo: 3},
		{id: 'normal'},
		{id: 'urgent', classNo: 0},
		{id: 'high', classNo: 1},
	);
	await stage.dispatcher.start();
	await stage.untilIdle();
	t.deepEqual(stage.store.leased, [['urgent', 'high', 'normal', 'bulk']]);
});

test('the next lease is taken while the present one is sent', async t => {
	const stage = new DeliveryStage(t, {workerCount: 0});
	stage.store.add(HUB, ...numbered(3, {sizeBytes: 1024 * 1024}));
	await stage.dispatcher.start();
	await stage.until(() => stage.store.leased.length === 2 && stage.transport().sends.length === 1);
	t.is(stage.transport().mostOpen, 1);
	stage.transport().sends[0]?.answer(acked(stage.transport().sends[0]?.lease as Lease));
	await stage.until(() => stage.transport().sends.length === 2);
	stage.acknowledge();
	stage.transport().sends[1]?.answer(acked(stage.transport().sends[1]?.lease as Lease));
	await stage.until(() => stage.store.inState('acked').length === 3);
	t.pass();
});

test('a lease holds at most 1 MiB and 4,096 entries, and one segment however large', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	stage.store.add(HUB, ...numbered(5000, {sizeBytes: 1}), {id: 'large', sizeBytes: 5 * 1024 * 1024});
	stage.store.add(HUB, {id: 'a', sizeBytes: 700_000}, {id: 'b', sizeBytes: 700_000});
	await stage.dispatcher.start();
	await stage.until(() => stage.store.inState('acked').length === 5003);
	t.deepEqual(
		stage.store.leased.map(ids => ids.length),
		[4096, 904, 1, 1, 1],
	);
});

test('what failed is charged, waits out its own backoff and is sent again', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = failing(0, 'failed');
	stage.store.add(HUB, ...numbered(3));
	await stage.dispatcher.start();
	await stage.untilIdle();
	t.is(stage.store.stateOf('s0'), 'failed');
	t.is(stage.store.chargedOf('s0'), 1);
	t.deepEqual(stage.store.inState('acked'), ['s1', 's2']);
	const looks = stage.store.looks;
	await stage.pass(400);
	t.is(stage.store.looks, looks);
	stage.acknowledge();
	await stage.pass(700);
	t.is(stage.store.stateOf('s0'), 'acked');
	t.like(stage.dispatcher.snapshots()[0], {link: 'up', lastError: 's0: no', consecutiveFailures: 0});
});

test('what fails for the eighth time is buried', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = failing(0, 'failed');
	stage.store.add(HUB, {id: 's0'});
	await stage.dispatcher.start();
	await stage.pass(20 * 60_000, 1000);
	t.is(stage.store.stateOf('s0'), 'deadletter');
	t.is(stage.store.leased.length, 8);
});

test('what the peer rejects is buried at once', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = failing(0, 'rejected');
	stage.store.add(HUB, {id: 's0'});
	await stage.dispatcher.start();
	await stage.untilIdle();
	t.is(stage.store.stateOf('s0'), 'deadletter');
	t.is(stage.store.chargedOf('s0'), 0);
});

test('an outage of an hour charges nobody, is probed at most once a half minute, and ends with the first good probe', async t => {
	const stage = new DeliveryStage(t);
	const transport = stage.transport();
	transport.script = () => DOWN;
	transport.probeScript = () => ({kind: 'down', message: 'connection refused'});
	stage.store.add(HUB, ...numbered(500));
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.length > 0);
	t.like(stage.dispatcher.snapshots()[0], {
		link: 'down',
		lastError: 'connection refused',
		consecutiveFailures: 1,
	});
	await stage.pass(3_600_000, 500);
	t.is(stage.store.leased.length, 1);
	t.true(transport.probes > 50 && transport.probes < 130, `${transport.probes} probes`);
	t.is(stage.store.inState('scheduled').length, 500);
	t.true(stage.store.rows.every(row => row.charged === 0));
	stage.acknowledge();
	transport.probeScript = () => ({kind: 'well'});
	await stage.pass(60_000, 500);
	t.is(stage.store.inState('acked').length, 500);
	t.like(stage.dispatcher.snapshots()[0], {link: 'up', consecutiveFailures: 0});
});

test('a link that is down is not probed while nothing waits for it', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = failing(0, 'rejected');
	await stage.dispatcher.start();
	stage.store.add(HUB, {id: 'a'}, {id: 'b'});
	stage.transport().script = () => DOWN;
	await stage.until(() => stage.spy.linkChanges.length > 0);
	await stage.settle();
	stage.store.cut('a');
	stage.store.cut('b');
	await stage.pass(3_600_000, 10_000);
	t.is(stage.transport().probes, 0);
	stage.acknowledge();
	stage.store.add(HUB, {id: 'c'});
	await stage.until(() => stage.store.stateOf('c') === 'acked');
	t.is(stage.transport().probes, 1);
});

test('one probe at a time, and a probe that is never answered counts as down after 30 s', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => DOWN;
	stage.transport().probeScript = () => new Promise(() => {});
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.length > 0);
	await stage.pass(1000);
	t.is(stage.dispatcher.snapshots()[0]?.link, 'probing');
	for (let n = 0; n < 29; n++) {
		stage.store.add(HUB, {id: `b${n}`});
		await stage.pass(1000);
	}
	t.is(stage.transport().probes, 1);
	await stage.pass(2000);
	t.is(stage.dispatcher.snapshots()[0]?.link, 'down');
	t.is(stage.dispatcher.snapshots()[0]?.consecutiveFailures, 2);
});

test('Retry-After is waited out', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => ({...DOWN, retryAfterMs: 120_000});
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.length > 0);
	const waitMs = spreadPatience(120_000, 'edge-1', 'hub');
	t.is(stage.dispatcher.snapshots()[0]?.nextAttemptAt, (stage.clock.now() + waitMs) as EpochMs);
	await stage.pass(waitMs - 1000, 1000);
	t.is(stage.transport().probes, 0);
	await stage.pass(1000);
	t.is(stage.transport().probes, 1);
});

test('requests that fail together are one trouble', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...numbered(4, {sizeBytes: 1024 * 1024}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 4);
	for (const sending of stage.transport().sends) {
		sending.answer(DOWN);
	}
	await stage.until(() => stage.store.inState('scheduled').length === 4);
	const {nextAttemptAt} = stage.dispatcher.snapshots()[0] ?? {};
	t.true((nextAttemptAt ?? 0) - stage.clock.now() <= 1000);
	t.is(stage.spy.linkChanges.length, 1);
});

test('one poison among 1,000 is found and charged, the others are acknowledged and not charged', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = lease => (idsOf(lease).includes('s613') ? RESET : acked(lease));
	stage.store.add(HUB, ...numbered(1000));
	await stage.dispatcher.start();
	await stage.until(() => stage.store.inState('acked').length === 999);
	await stage.settle();
	t.is(stage.store.stateOf('s613'), 'failed');
	t.is(stage.store.chargedOf('s613'), 1);
	t.is(stage.store.rows.filter(row => row.charged > 0).length, 1);
	t.true(stage.transport().sends.length <= 66, `${stage.transport().sends.length} requests`);
	for (let minute = 0; minute < 30; minute++) {
		stage.store.add(HUB, {id: `proof${minute}`});
		await stage.pass(60_000, 1000);
	}
	t.is(stage.store.stateOf('s613'), 'deadletter');
	t.like(stage.dispatcher.snapshots()[0], {link: 'up', searching: false});
});

test('a poison that is alone in the queue is held with nothing to prove the peer by, until there is', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = lease => (idsOf(lease).includes('poison') ? RESET : acked(lease));
	stage.store.add(HUB, {id: 'poison'});
	await stage.dispatcher.start();
	await stage.pass(7_200_000, 1000);
	t.not(stage.store.stateOf('poison'), 'deadletter');
	t.is(stage.store.chargedOf('poison'), 2, 'on the word of the peer');
	t.like(stage.dispatcher.snapshots()[0], {suspicion: {alone: 1}});
	for (let minute = 0; minute < 30; minute++) {
		stage.store.add(HUB, {id: `proof${minute}`});
		await stage.pass(60_000, 1000);
	}
	t.is(stage.store.stateOf('poison'), 'deadletter');
	t.is(stage.store.inState('acked').length, 30);
});

test('while the lane searches for a poison it sends one request at a time', async t => {
	const stage = new DeliveryStage(t);
	const transport = stage.transport();
	transport.script = lease => (idsOf(lease).includes('s40') ? RESET : undefined);
	stage.store.add(HUB, ...numbered(64));
	await stage.dispatcher.start();
	await stage.until(() => transport.sends.length === 2);
	transport.mostOpen = 0;
	for (let n = 1; stage.store.stateOf('s40') !== 'failed'; n++) {
		await stage.until(() => transport.sends.length > n || stage.store.stateOf('s40') === 'failed');
		const sending = transport.sends[n];
		if (sending !== undefined) {
			await stage.settle();
			sending.answer(acked(sending.lease));
		}
	}
	t.is(transport.mostOpen, 1);
});

test('a request that breaks at a peer that is down is the trouble of the lane', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => RESET;
	stage.transport().probeScript = () => ({kind: 'down', message: 'refused'});
	stage.store.add(HUB, ...numbered(2));
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.some(({to}) => to === 'backoff'));
	await stage.settle();
	t.deepEqual(stage.store.inState('scheduled'), ['s0', 's1']);
	t.like(stage.dispatcher.snapshots()[0], {link: 'down', lastError: 'refused', searching: true});
	t.true(stage.store.rows.every(({charged}) => charged === 0));
});

test('a peer that answers probes and breaks every request is backed off from, not fed with the whole queue', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => RESET;
	stage.store.add(HUB, ...numbered(1000));
	await stage.dispatcher.start();
	await stage.pass(3_600_000, 1000);
	t.is(stage.store.rows.filter(row => row.charged > 0).length, 2);
	t.true(stage.transport().sends.length < 5000, `${stage.transport().sends.length} requests in an hour`);
	t.is(stage.store.inState('deadletter').length, 0);
});

test('under outage_policy "count" an outage is charged and buries in the end', async t => {
	const stage = new DeliveryStage(t, {policy: {outagePolicy: 'count', maxRetryCount: 3}});
	stage.transport().script = () => DOWN;
	stage.store.add(HUB, ...numbered(3));
	await stage.dispatcher.start();
	await stage.pass(120_000, 500);
	t.deepEqual(stage.store.inState('deadletter'), ['s0', 's1', 's2']);
	t.is(stage.transport().probes, 0);
	t.is(stage.transport().sends.length, 3);
});

test('a pause lets what is sent finish, gives back what was only leased, and starts nothing', async t => {
	const stage = new DeliveryStage(t, {workerCount: 0});
	stage.store.add(HUB, ...numbered(3, {sizeBytes: 1024 * 1024}));
	await stage.dispatcher.start();
	await stage.until(() => stage.store.leased.length === 2 && stage.transport().sends.length === 1);
	await stage.dispatcher.pause();
	await stage.until(() => stage.store.inState('scheduled').length === 2);
	t.like(stage.dispatcher.snapshots()[0], {link: 'paused', paused: true, leases: 1});
	const [sending] = stage.transport().sends;
	t.false(sending?.context.signal.aborted);
	sending?.answer(acked(sending.lease));
	await stage.until(() => stage.store.inState('acked').length === 1);
	stage.store.add(HUB, {id: 'later'});
	await stage.pass(600_000, 60_000);
	t.is(stage.transport().sends.length, 1);
	stage.acknowledge();
	await stage.dispatcher.resume();
	await stage.until(() => stage.store.inState('acked').length === 4);
	t.is(stage.dispatcher.snapshots()[0]?.link, 'up');
});

test('a pause that ends sends gives back what is being sent, also of a lane that is paused already, and charges nobody', async t => {
	const stage = new DeliveryStage(t, {workerCount: 0});
	stage.store.add(HUB, ...numbered(2, {sizeBytes: 1024 * 1024}));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	t.is(await stage.dispatcher.pause(), 'changed');
	await stage.until(() => stage.store.inState('scheduled').length === 1);
	t.like(stage.dispatcher.snapshots()[0], {leases: 1, sending: {bytes: 1024 * 1024, sentBytes: 0}});
	t.is(await stage.dispatcher.pause(undefined, 'end'), 'same');
	t.true(stage.transport().sends[0]?.context.signal.aborted);
	await stage.pass(2000, 500);
	t.deepEqual(stage.store.inState('scheduled'), ['s0', 's1']);
	t.like(stage.dispatcher.snapshots()[0], {leases: 0, consecutiveFailures: 0, sending: {bytes: 0}});
	t.is(stage.store.chargedOf('s0'), 0);
	stage.acknowledge();
	await stage.dispatcher.resume();
	await stage.until(() => stage.store.inState('acked').length === 2);
});

test('a pause answers only when no lease begins any more, not even one that was being written', async t => {
	const stage = new DeliveryStage(t);
	await stage.dispatcher.start();
	await stage.settle();
	stage.store.add(HUB, {id: 'a'});
	let paused = false;
	const pausing = stage.dispatcher.pause().then(() => {
		paused = true;
		return [...stage.store.leased];
	});
	const leasedThen = await pausing;
	t.true(paused);
	await stage.pass(60_000, 10_000);
	t.deepEqual(stage.store.leased, leasedThen);
	t.is(stage.transport().sends.length, 0);
});

test('a stop gives what is sent the time to finish', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...numbered(2));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	const stopped = stage.stop(10_000);
	await stage.pass(5000);
	const [sending] = stage.transport().sends;
	t.false(sending?.context.signal.aborted);
	sending?.answer(acked(sending.lease));
	await stopped;
	t.deepEqual(stage.store.inState('acked'), ['s0', 's1']);
	t.true(stage.transport().closed > 0);
});

test('a stop ends what does not finish in time, and releases it uncharged', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...numbered(2));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	const [sending] = stage.transport().sends;
	sending?.context.signal.addEventListener('abort', () => sending.answer(RESET));
	await stage.stop(10_000);
	t.deepEqual(stage.store.inState('scheduled'), ['s0', 's1']);
	t.like(stage.store.settled.at(-1), {acked: [], exceptions: []});
	t.is(stage.transport().probes, 0);
});

test('a stop does not wait for a transport that never ends, nor for a store that cannot write', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...numbered(2));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	stage.store.failure = new EdgedError('STORAGE_FULL', 'no space');
	const begun = stage.clock.elapsed();
	await stage.stop(1000);
	t.true(stage.clock.elapsed() - begun < 6000);
	t.true(stage.spy.troubles.some(({kind}) => kind === 'settle_failed'));
	const [sending] = stage.transport().sends;
	sending?.answer(acked(sending.lease));
	await stage.until(() => stage.spy.troubles.some(({kind}) => kind === 'late_answer'));
	t.deepEqual(stage.store.inState('inflight'), ['s0', 's1']);
});

test('an answer survives a store that cannot write for a while', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...numbered(2));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	stage.store.failure = new EdgedError('STORAGE_FULL', 'no space');
	const [sending] = stage.transport().sends;
	sending?.answer(acked(sending.lease));
	await stage.until(() => stage.spy.troubles.length > 0);
	await stage.pass(60_000, 1000);
	t.deepEqual(stage.store.inState('inflight'), ['s0', 's1']);
	stage.store.failure = undefined;
	await stage.pass(5000, 1000);
	t.deepEqual(stage.store.inState('acked'), ['s0', 's1']);
	t.is(stage.transport().sends.length, 1);
});

test('a store that cannot write leases is asked again, not hammered', async t => {
	const stage = new DeliveryStage(t);
	stage.acknowledge();
	stage.store.failure = new EdgedError('STORAGE_FULL', 'no space');
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.pass(600_000, 250);
	t.true(stage.store.looks > 50 && stage.store.looks < 100, `${stage.store.looks} looks`);
	stage.store.failure = undefined;
	await stage.pass(10_000, 1000);
	t.is(stage.store.stateOf('a'), 'acked');
});

test('an answer for a lease that is gone is told, and the lane goes on', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	stage.store.cut('a');
	const [sending] = stage.transport().sends;
	stage.acknowledge();
	sending?.answer(acked(sending.lease));
	await stage.until(() => stage.spy.troubles.some(({kind}) => kind === 'lease_gone'));
	stage.store.add(HUB, {id: 'b'});
	await stage.until(() => stage.store.stateOf('b') === 'acked');
	t.is(stage.store.stateOf('a'), 'deadletter');
});

test('a transport that throws is trouble of the link, and is told as a bug of the transport', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => {
		throw new TypeError('oops');
	};
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.length > 0);
	await stage.settle();
	t.is(stage.store.stateOf('a'), 'scheduled');
	t.like(stage.spy.troubles[0], {kind: 'transport_threw'});
	t.is(stage.dispatcher.snapshots()[0]?.lastError, 'The transport failed: oops');
});

test('at 1 byte/s nothing is leased and what had not begun goes back; without a limit it goes on', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().paces = false; // Never asks for the rate, and so never begins.
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	const [sending] = stage.transport().sends;
	sending?.context.signal.addEventListener('abort', () => sending.answer({kind: 'unsent', bytesSent: 0}));
	await stage.bandwidth.set(undefined, {bytesPerSecond: 1});
	await stage.until(() => stage.store.stateOf('a') === 'scheduled');
	t.is(stage.dispatcher.snapshots()[0]?.link, 'throttled');
	stage.store.add(HUB, {id: 'b'});
	await stage.pass(60_000, 1000);
	t.is(stage.store.leased.length, 1);
	t.true(stage.bandwidth.state().throttleCount > 0);
	stage.acknowledge();
	await stage.bandwidth.set(undefined, {bytesPerSecond: 0});
	await stage.until(() => stage.store.inState('acked').length === 2);
	t.like(stage.dispatcher.snapshots()[0], {consecutiveFailures: 0, lastError: undefined});
});

test('with a rate limit a lease holds about two seconds of the rate', async t => {
	const stage = new DeliveryStage(t);
	await stage.bandwidth.set(undefined, {bytesPerSecond: 5000});
	stage.store.add(HUB, ...numbered(100, {sizeBytes: 1000}));
	await stage.dispatcher.start();
	await stage.until(() => stage.store.leased.length > 0);
	t.is(stage.store.leased[0]?.length, 10);
});

test('a wall clock set back by a year delays a failed record by no more than the longest backoff', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = failing(0, 'failed');
	stage.store.add(HUB, {id: 'a'});
	await stage.dispatcher.start();
	await stage.untilIdle();
	stage.clock.jump(-365 * 86_400_000);
	stage.store.add(HUB);
	await stage.settle();
	const looks = stage.store.looks;
	await stage.pass(300_000);
	t.true(stage.store.looks > looks);
});

test('the snapshot tells the pace and when the queue will be empty', async t => {
	const stage = new DeliveryStage(t, {workerCount: 0});
	await stage.dispatcher.start();
	for (let second = 0; second < 60; second++) {
		stage.acknowledge();
		stage.store.add(HUB, {id: `x${second}`, sizeBytes: 5000});
		await stage.pass(1000);
	}
	stage.transport().script = undefined;
	stage.store.add(HUB, ...numbered(20, {sizeBytes: 5000}));
	await stage.until(() => stage.transport().open === 1);
	const [snapshot] = stage.dispatcher.snapshots();
	await stage.dispatcher.pause();
	t.is(stage.dispatcher.snapshots()[0]?.etaSeconds, undefined, 'paused: nobody knows when');
	await stage.dispatcher.resume();
	t.true(Math.abs((snapshot?.bytesPerSecondNow ?? 0) - 5000) < 500, `${snapshot?.bytesPerSecondNow}`);
	t.true(Math.abs((snapshot?.etaSeconds ?? 0) - 20) < 2, `${snapshot?.etaSeconds}`);
	t.is(snapshot?.lastAckAt, stage.clock.now());
	await stage.pass(600_000);
	t.is(stage.dispatcher.snapshots()[0]?.etaSeconds, undefined);
});
