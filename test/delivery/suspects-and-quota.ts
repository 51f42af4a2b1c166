import test from 'ava';
import type {LeaseWindow} from '../../src/storage/store.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import {noQuota} from '../helpers/no-quota.js';
import {acked} from '../helpers/scripted-transport.js';

test('suspects that wait for a daily quota stay suspects, and what is not suspected goes on', async t => {
	const stage = new DeliveryStage(t);
	const {store} = stage;
	const lease = store.lease.bind(store);
	let isSpent = false;
	let isHeldUp = false;
	store.quota = {...noQuota, isHeldUp: () => isHeldUp};
	store.lease = async (peer, window: LeaseWindow) => {
		isHeldUp = isSpent && window.again !== undefined;
		return isHeldUp ? undefined : lease(peer, window);
	};
	stage.transport().script = () => {
		isSpent = true;
		return {kind: 'broken', message: 'reset', cause: 'reset', bytesSent: 1};
	};
	store.add(1, ...Array.from({length: 40}, (_, at) => ({id: `suspect-${at}`})));
	await stage.dispatcher.start();
	await stage.until(() => stage.dispatcher.snapshots()[0]?.suspicion.suspects === 40);
	stage.acknowledge();
	store.add(1, {id: 'other'});
	await stage.until(() => store.stateOf('other') === 'acked');
	t.is(stage.dispatcher.snapshots()[0]?.suspicion.suspects, 40);
	isSpent = false;
	const most: number[] = [];
	stage.transport().script = sent => {
		most.push(sent.entryCount);
		return acked(sent);
	};
	await stage.pass(120_000, 10_000);
	await stage.until(() => store.inState('acked').length === 41);
	t.true(Math.max(...most) <= 2, 'in 32 parts, as it would have been without the wait');
});
