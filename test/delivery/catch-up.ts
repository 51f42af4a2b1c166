import test, {type ExecutionContext} from 'ava';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import {acked} from '../helpers/scripted-transport.js';

const named = (...ids: readonly string[]) => ids.map(id => ({id, sizeBytes: 1024 * 1024}));

/** One send at a time, of one segment: the order is to be seen. */
const stageFor = (
	t: ExecutionContext,
	catchUp: 'oldest_first' | 'newest_first' | 'live_first',
): DeliveryStage => new DeliveryStage(t, {catchUp, workerCount: 1, maxInflightBytes: 1024 * 1024});

test('a lane asks for what waits in the order of its policy', async t => {
	for (const [policy, expected] of [
		['oldest_first', ['1', '2', '3']],
		['newest_first', ['3', '2', '1']],
	] as const) {
		const stage = stageFor(t, policy);
		stage.acknowledge();
		stage.store.add(1, ...named('1', '2', '3'));
		await stage.dispatcher.start();
		await stage.until(() => stage.store.inState('acked').length === 3);
		t.deepEqual(stage.store.leased.flat(), expected, policy);
	}
});

test('live is what came since the lane could send, and goes first', async t => {
	const stage = stageFor(t, 'live_first');
	stage.store.add(1, ...named('old 1', 'old 2', 'old 3', 'old 4'));
	await stage.dispatcher.start();
	await stage.until(() => stage.transport().sends.length > 0);
	stage.store.add(1, ...named('live 1', 'live 2'));
	await stage.settle();
	stage.acknowledge();
	for (const {lease, answer} of stage.transport().sends) {
		answer(acked(lease));
	}
	await stage.until(() => stage.store.inState('acked').length === 6);
	const order = stage.store.leased.flat();
	t.deepEqual(
		order.slice(-3).filter(id => id.startsWith('live')),
		[],
		order.join(),
	);
	t.true(order.indexOf('live 1') < order.indexOf('live 2'), order.join());
});

test('what was live before an outage is backlog after it', async t => {
	const stage = stageFor(t, 'live_first');
	const {store} = stage;
	stage.transport().script = () => ({kind: 'link_down', message: 'gone', bytesSent: 0});
	stage.transport().probeScript = () => ({kind: 'down', message: 'gone'});
	store.add(1, ...named('1'));
	await stage.dispatcher.start();
	await stage.until(() => stage.dispatcher.snapshots()[0]?.link === 'down');
	store.add(1, ...named('2', '3'));
	await stage.settle();
	stage.acknowledge();
	stage.transport().probeScript = () => ({kind: 'well'});
	const before = store.horizon();
	await stage.pass(120_000, 1000);
	await stage.until(() => store.inState('acked').length === 3);
	t.deepEqual(stage.dispatcher.snapshots()[0]?.order, {kind: 'live_first', live: before});
});

test('what came while the lane was paused is backlog when it goes on', async t => {
	const stage = stageFor(t, 'live_first');
	await stage.dispatcher.start();
	await stage.dispatcher.pause();
	stage.store.add(1, ...named('1', '2', '3', '4'));
	await stage.settle();
	const before = stage.store.horizon();
	await stage.dispatcher.resume();
	await stage.until(() => stage.transport().sends.length > 0);
	t.deepEqual(stage.dispatcher.snapshots()[0]?.order, {kind: 'live_first', live: before});
	stage.store.add(1, ...named('5'));
	await stage.settle();
	t.deepEqual(
		stage.dispatcher.snapshots()[0]?.order,
		{kind: 'live_first', live: before},
		'nothing was in its way',
	);
});
