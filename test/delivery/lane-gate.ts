import test from 'ava';
import type {SendOutcome} from '../../src/delivery/transport.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import {noQuota} from '../helpers/no-quota.js';

const HUB = 1;
const DOWN: SendOutcome = {kind: 'link_down', message: 'connection refused', bytesSent: 0};

test('a link that is down is not probed while the daily quota is spent, and is as soon as some returns', async t => {
	const stage = new DeliveryStage(t);
	const transport = stage.transport();
	transport.script = () => DOWN;
	transport.probeScript = () => ({kind: 'down', message: 'connection refused'});
	stage.store.add(HUB, {id: 'a'}, {id: 'b'});
	await stage.dispatcher.start();
	await stage.until(() => stage.spy.linkChanges.length > 0);
	const returnsAt = stage.clock.elapsed() + 7_200_000;
	stage.store.quota = {
		...noQuota,
		spentForMs: () => {
			const left = returnsAt - stage.clock.elapsed();
			return left > 0 ? left : undefined;
		},
	};
	await stage.settle();
	const {probes} = transport;
	await stage.pass(7_100_000, 10_000);
	t.is(transport.probes, probes);
	stage.acknowledge();
	transport.probeScript = () => ({kind: 'well'});
	await stage.pass(200_000, 10_000);
	t.is(transport.probes, probes + 1);
	t.is(stage.store.inState('acked').length, 2);
});
