import test from 'ava';
import type {SendOutcome} from '../../src/delivery/transport.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import type {Sending} from '../helpers/scripted-transport.js';

const HUB = 1;
const CUT: SendOutcome = {kind: 'broken', message: 'The send was ended', cause: 'reset', bytesSent: 1000};

/** The first send, begun at `bytesPerSecond`; when it is ended it says that it broke, as a transport does. */
const begun = async (stage: DeliveryStage, bytesPerSecond: number): Promise<Sending> => {
	await stage.bandwidth.set(undefined, {bytesPerSecond});
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length === 1);
	const [sending] = stage.transport().sends;
	if (sending === undefined) {
		throw new Error('Nothing was sent');
	}
	sending.context.signal.addEventListener('abort', () => sending.answer(CUT));
	return sending;
};

const waits = (sending: Sending): void => {
	void Promise.resolve(sending.context.pace(1_000_000)).catch(() => {});
};

test('a running send that waits for a rate that suspends is released: no attempt, no trouble of the link', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, {id: 'a', sizeBytes: 100_000});
	const sending = await begun(stage, 5000);
	waits(sending);
	await stage.bandwidth.set(undefined, {bytesPerSecond: 1});
	await stage.until(() => stage.store.stateOf('a') === 'scheduled');
	t.deepEqual(stage.store.settled.at(-1)?.exceptions, []);
	t.like(stage.dispatcher.snapshots()[0], {link: 'throttled', consecutiveFailures: 0, lastError: undefined});
	stage.acknowledge();
	await stage.bandwidth.set(undefined, {bytesPerSecond: 0});
	await stage.until(() => stage.store.stateOf('a') === 'acked');
});

test('one that asks for its next bytes while the lane is suspended is released then', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, {id: 'a', sizeBytes: 100_000});
	const sending = await begun(stage, 5000);
	await stage.bandwidth.set(undefined, {bytesPerSecond: 1});
	t.false(sending.context.signal.aborted);
	waits(sending);
	await stage.until(() => stage.store.stateOf('a') === 'scheduled');
	t.is(stage.store.leased.length, 1);
});

test('one that did not wait when the rate fell is leased anew when it asks for its next bytes', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, ...['a', 'b', 'c'].map(id => ({id, sizeBytes: 100_000})));
	const sending = await begun(stage, 0);
	t.is(sending.ids.length, 3);
	await sending.context.pace(1000);
	await stage.bandwidth.set(undefined, {bytesPerSecond: 1000});
	t.false(sending.context.signal.aborted);
	waits(sending);
	t.true(sending.context.signal.aborted, 'five minutes are too long');
	await stage.until(() => stage.store.leased.length === 2);
	t.deepEqual(stage.store.leased[1], ['a']);
	t.deepEqual(stage.store.settled[0]?.exceptions, []);
	stage.dispatcher.snapshots();
});

test('a send that waits for nothing but its answer is let be', async t => {
	const stage = new DeliveryStage(t);
	stage.store.add(HUB, {id: 'a', sizeBytes: 100});
	const sending = await begun(stage, 5000);
	await stage.bandwidth.set(undefined, {bytesPerSecond: 1});
	t.false(sending.context.signal.aborted);
	sending.answer({kind: 'answered', acked: [[0, 0]], troubles: [], bytesSent: 100});
	await stage.until(() => stage.store.stateOf('a') === 'acked');
});

for (const [entries, isReleased] of [
	[10, true],
	[1, false],
] as const) {
	test(`of ${entries} entries whose rest would take minutes at a new rate it is ${isReleased ? '' : 'not '}leased anew`, async t => {
		const stage = new DeliveryStage(t);
		const ids = Array.from({length: entries}, (_, index) => `s${index}`);
		stage.store.add(HUB, ...ids.map(id => ({id, sizeBytes: 100_000 / entries})));
		const sending = await begun(stage, 50_000);
		t.is(sending.ids.length, entries);
		waits(sending);
		await stage.bandwidth.set(undefined, {bytesPerSecond: 5000});
		t.false(sending.context.signal.aborted, '20 s are not too long');
		await stage.bandwidth.set(undefined, {bytesPerSecond: 1000});
		t.is(sending.context.signal.aborted, isReleased);
		if (isReleased) {
			await stage.until(() => stage.store.leased.length === 2);
			t.deepEqual(stage.store.leased[1], ['s0'], 'about two seconds of the rate, one entry at least');
		}
		stage.dispatcher.snapshots();
		sending.answer(CUT);
	});
}

test('at a low rate only what is more urgent is leased beside a lease of which much is left', async t => {
	const stage = new DeliveryStage(t);
	const bulk = Array.from({length: 10}, (_, index) => ({
		id: `b${index}`,
		classNo: 3 as const,
		sizeBytes: 10_000,
	}));
	stage.store.add(HUB, ...bulk);
	const sending = await begun(stage, 5000);
	t.deepEqual(stage.store.leased, [['b0']]);
	stage.store.add(HUB, {id: 'u', classNo: 0, sizeBytes: 100});
	await stage.until(() => stage.store.leased.length === 2);
	t.deepEqual(stage.store.leased[1], ['u'], 'it waits for no bulk');
	await stage.pass(1000, 100);
	t.is(stage.store.leased.length, 2);
	sending.context.wrote(6000, 0);
	await stage.until(() => stage.store.leased.length === 3);
	t.deepEqual(stage.store.leased[2], ['b1'], 'less than a second is left: what follows is leased');
});
