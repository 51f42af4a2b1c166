import test, {type ExecutionContext} from 'ava';
import {openingDelay} from '../../src/delivery/spread.js';
import type {SendOutcome} from '../../src/delivery/transport.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {EpochMs} from '../../src/outbound/units.js';
import type {Lease} from '../../src/storage/store.js';
import {DeliveryStage, type StageOptions} from '../helpers/delivery-stage.js';
import {acked} from '../helpers/scripted-transport.js';
import {window} from '../helpers/windows.js';

const HUB = 1;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
const NIGHT = window('22:00-06:00');
/** Of `edge-1` and `hub`, in a window of eight hours. */
const DELAY_MS = openingDelay(8 * HOUR_MS, 'edge-1', 'hub');
const DOWN: SendOutcome = {kind: 'link_down', message: 'connection refused', bytesSent: 0};

/** A lane that runs, on a Monday in November at `time` UTC. */
const stageAt = async (
	t: ExecutionContext,
	time: string,
	options: StageOptions = {},
): Promise<DeliveryStage> => {
	const stage = new DeliveryStage(t, {windows: [NIGHT], ...options});
	stage.clock.jump(Date.parse(`2026-11-23T${time}:00Z`) - stage.clock.now());
	stage.acknowledge();
	await stage.dispatcher.start();
	await stage.settle();
	return stage;
};
const snapshotOf = (stage: DeliveryStage) => stage.dispatcher.snapshots()[0];
const evening = Date.parse('2026-11-23T22:00:00Z') as EpochMs;

test('outside its windows a lane is closed, leases nothing and asks nothing; when one opens it sends', async t => {
	const stage = await stageAt(t, '12:00');
	stage.store.add(HUB, {id: 'a'});
	await stage.pass(10 * HOUR_MS - 1000, 30 * MINUTE_MS);
	t.like(snapshotOf(stage), {
		link: 'closed',
		nextAttemptAt: (evening + DELAY_MS) as EpochMs,
		etaSeconds: undefined,
		window: {isOpen: false, next: {at: (evening + DELAY_MS) as EpochMs, isOpen: true}},
	});
	t.is(stage.store.leased.length, 0);
	t.is(stage.transport().probes, 0);

	await stage.pass(1000 + DELAY_MS - 1);
	t.is(stage.store.leased.length, 0);
	await stage.pass(1);
	t.deepEqual(stage.store.inState('acked'), ['a']);
	t.like(snapshotOf(stage), {link: 'up', window: {isOpen: true}});
});

test('a closed lane looks at the clock at most once a minute, and one without windows never', async t => {
	const stage = await stageAt(t, '12:00');
	let timers = 0;
	const {after} = stage.clock;
	stage.clock.after = (...words) => {
		timers += 1;
		return after.apply(stage.clock, words);
	};
	await stage.pass(HOUR_MS, MINUTE_MS);
	t.true(timers >= 59 && timers <= 61, String(timers));
	stage.windows = [];
	stage.dispatcher.reloadWindows();
	timers = 0;
	await stage.pass(HOUR_MS, MINUTE_MS);
	t.is(timers, 0);
});

test('when the window closes what is being sent is ended without an attempt, and goes on at the next opening', async t => {
	const stage = await stageAt(t, '05:59');
	stage.transport().script = (_, {signal}) => {
		signal.addEventListener('abort', () => {
			stage.transport().sends[0]?.answer({kind: 'broken', message: 'x', cause: 'reset', bytesSent: 50});
		});
		return undefined;
	};
	stage.store.add(HUB, {id: 'a'});
	await stage.until(() => stage.transport().sends.length === 1);
	await stage.pass(MINUTE_MS - 1);
	t.is(stage.store.stateOf('a'), 'inflight');
	await stage.pass(1);
	await stage.until(() => stage.store.stateOf('a') === 'scheduled');
	t.like(stage.store.settled, [{acked: [], exceptions: []}]);
	t.like(snapshotOf(stage), {link: 'closed', consecutiveFailures: 0, leases: 0, suspicion: {suspects: 0}});
	t.like(stage.spy.windowChanges.at(-1), {isOpen: false, endedSends: 1});
	stage.acknowledge();
	await stage.pass(16 * HOUR_MS + DELAY_MS, MINUTE_MS);
	t.is(stage.store.stateOf('a'), 'acked');
	t.is(stage.transport().probes, 0);
});

test('an answer that comes as the window closes counts', async t => {
	const stage = await stageAt(t, '05:59');
	stage.transport().script = undefined;
	stage.store.add(HUB, {id: 'a'});
	await stage.until(() => stage.transport().sends.length === 1);
	stage.clock.advance(MINUTE_MS);
	stage.transport().sends[0]?.answer(acked(stage.transport().sends[0]?.lease as Lease));
	await stage.until(() => stage.store.stateOf('a') === 'acked');
	t.pass();
});

test('a probe is ended when the window closes, tells nothing, and is asked anew when the next opens', async t => {
	const stage = await stageAt(t, '05:59');
	const transport = stage.transport();
	transport.script = () => DOWN;
	let ended = 0;
	transport.probe = (signal?: AbortSignal) => {
		transport.probes += 1;
		return new Promise(() => signal?.addEventListener('abort', () => ended++));
	};
	stage.store.add(HUB, {id: 'a'});
	await stage.until(() => stage.spy.linkChanges.length > 0);
	await stage.pass(50_000);
	t.is(transport.probes, 1);
	await stage.pass(10_000);
	t.is(ended, 1);
	t.like(snapshotOf(stage), {link: 'closed', consecutiveFailures: 1});
	await stage.pass(HOUR_MS, MINUTE_MS);
	t.is(transport.probes, 1);
	await stage.pass(15 * HOUR_MS + DELAY_MS, MINUTE_MS);
	t.is(transport.probes, 2);
});

test('a backoff that ends outside the windows probes nothing until one opens', async t => {
	const stage = await stageAt(t, '05:59');
	stage.transport().script = () => ({...DOWN, retryAfterMs: 120_000});
	stage.store.add(HUB, {id: 'a'});
	await stage.until(() => stage.spy.linkChanges.length > 0);
	await stage.pass(HOUR_MS, MINUTE_MS);
	t.is(stage.transport().probes, 0);
	t.is(snapshotOf(stage)?.link, 'closed');
	stage.acknowledge();
	await stage.pass(15 * HOUR_MS + DELAY_MS + MINUTE_MS, MINUTE_MS);
	t.is(stage.store.stateOf('a'), 'acked');
});

test("the rate of the window hides the peer's, an operator's hides both", async t => {
	const stage = await stageAt(t, '12:00', {
		windows: [window('00:00-13:00', {bytesPerSecond: 1000}), window('13:00-24:00')],
	});
	const file = {bytesPerSecond: 5000, dailyQuotaBytes: 0};
	const hub = 'hub' as PeerId;
	stage.bandwidth.reload({total: {bytesPerSecond: 0, dailyQuotaBytes: 0}, peers: new Map([[hub, file]])});
	t.like(stage.bandwidth.state(hub), {bytesPerSecond: 1000, source: 'window'});
	await stage.bandwidth.set(hub, {bytesPerSecond: 70});
	t.like(stage.bandwidth.state(hub), {bytesPerSecond: 70, source: 'override'});
	await stage.bandwidth.reset(hub);
	t.is(stage.bandwidth.state(hub).bytesPerSecond, 1000);
	await stage.pass(HOUR_MS, MINUTE_MS);
	t.like(stage.bandwidth.state(hub), {bytesPerSecond: 5000, source: 'file'});
});

test('windows that change while edged runs hold at once', async t => {
	const stage = await stageAt(t, '12:00', {windows: []});
	stage.windows = [NIGHT];
	stage.dispatcher.reloadWindows();
	stage.store.add(HUB, {id: 'a'});
	await stage.settle();
	t.is(snapshotOf(stage)?.link, 'closed');
	t.is(stage.store.stateOf('a'), 'scheduled');
	stage.windows = [];
	stage.dispatcher.reloadWindows();
	await stage.until(() => stage.store.stateOf('a') === 'acked');
	t.is(snapshotOf(stage)?.window, undefined);
});

test('a lane that is removed and comes back without windows has the rate of the file again', async t => {
	const stage = await stageAt(t, '23:00', {windows: [window('22:00-06:00', {bytesPerSecond: 1000})]});
	const hub = 'hub' as PeerId;
	t.is(stage.bandwidth.state(hub).bytesPerSecond, 1000);
	const removed = stage.dispatcher.remove(hub, 0);
	await stage.pass(100);
	await removed;
	t.is(stage.bandwidth.state(hub).bytesPerSecond, 0);
});

for (const [name, jumpMs] of [
	['forward', 10 * YEAR_MS],
	['back', -10 * YEAR_MS],
] as const) {
	test(`a wall clock that jumps ten years ${name} into a window opens the lane within a minute`, async t => {
		const stage = await stageAt(t, '12:00');
		stage.store.add(HUB, {id: 'a'});
		await stage.settle();
		stage.clock.jump(jumpMs + 11 * HOUR_MS);
		await stage.pass(MINUTE_MS);
		t.is(stage.store.stateOf('a'), 'acked');
	});

	test(`a wall clock that jumps ten years ${name} out of a window lets nothing begin, and ends within a minute what is sent`, async t => {
		const stage = await stageAt(t, '23:00');
		stage.transport().script = undefined;
		stage.store.add(HUB, {id: 'a', sizeBytes: 2 ** 20});
		await stage.until(() => stage.transport().sends.length === 1);
		stage.clock.jump(jumpMs + 13 * HOUR_MS);
		stage.store.add(HUB, {id: 'b'});
		await stage.settle();
		t.is(stage.transport().sends.length, 1);
		await stage.pass(MINUTE_MS);
		await stage.pass(1000); // A transport that does not end its send is not waited for.
		t.deepEqual(stage.store.inState('scheduled'), ['a', 'b']);
		t.is(snapshotOf(stage)?.link, 'closed');
	});
}

test('an end that lies behind the close of the window is not foretold', async t => {
	const stage = await stageAt(t, '05:30');
	stage.store.add(HUB, {id: 'a', sizeBytes: 100_000});
	await stage.until(() => stage.store.stateOf('a') === 'acked');
	stage.transport().script = undefined;
	stage.store.add(HUB, {id: 'b', sizeBytes: 1_000_000});
	await stage.settle();
	t.is(Math.round(snapshotOf(stage)?.etaSeconds ?? 0), 100);
	stage.store.add(HUB, {id: 'c', sizeBytes: 1_000_000_000});
	await stage.settle();
	t.is(snapshotOf(stage)?.etaSeconds, undefined);
});

test('a paused lane is paused, not closed, and stays so when its window opens', async t => {
	const stage = await stageAt(t, '12:00');
	await stage.dispatcher.pause();
	stage.store.add(HUB, {id: 'a'});
	t.is(snapshotOf(stage)?.link, 'paused');
	await stage.pass(11 * HOUR_MS, MINUTE_MS);
	t.is(stage.store.stateOf('a'), 'scheduled');
});
