import {once} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import {connectRpc} from '../../src/rpc/client.js';
import {DaemonUnreachable} from '../../src/rpc/client-errors.js';
import type {EventFacts, WireEvent} from '../../src/rpc/contract/events.js';
import {notifications} from '../../src/rpc/contract/methods.js';
import {DOOR_LIMITS} from '../../src/rpc/limits.js';
import {PONG, ping} from '../helpers/pong.js';
import {RawLines, request} from '../helpers/raw-lines.js';
import {startRpcServer} from '../helpers/rpc-server.js';

const served = async (t: ExecutionContext) => {
	const {server, socketPath, events} = await startRpcServer(t, {ping});
	const connect = () => RawLines.connect(t, socketPath);
	return {server, events, connect, socketPath};
};

type Notice = {readonly method: string; readonly params: WireEvent};
const paused = (peer: string): EventFacts => ({
	kind: 'change',
	event: 'relay.paused',
	peer_id: peer,
	facts: {peer_id: peer},
});
const SUBSCRIBE = request(1, 'relay.events.subscribe', {});

test('a subscriber gets the answer, then what happens, in the form of the contract', async t => {
	const {events, connect} = await served(t);
	const lines = await connect();
	t.like(await lines.ask(SUBSCRIBE), {id: 1, result: {subscription_id: 'sub-1'}});
	events.tell(paused('hub'));
	events.tell({kind: 'storage', state: 'degraded', error: 'disk full'});
	const [first, second] = [await lines.reply<Notice>(), await lines.reply<Notice>()];
	t.like(first, {
		jsonrpc: '2.0',
		method: 'relay.event',
		params: {seq: 1, event: 'relay.paused', peer_id: 'hub'},
	});
	t.like(second, {params: {seq: 2, kind: 'storage', state: 'degraded'}});
	for (const {params} of [first, second]) {
		t.true(notifications['relay.event'].params.safeParse(params).success);
	}
	t.like(await lines.ask(request(2, 'daemon.ping')), {id: 2, result: PONG});
});

test('who has unsubscribed is told no more, and other subscriptions of the connection go on', async t => {
	const {server, events, connect} = await served(t);
	const lines = await connect();
	await lines.ask(SUBSCRIBE);
	await lines.ask(request(2, 'relay.events.subscribe', {peer_id: 'b'}));
	t.is(server.subscriptions.open, 2);
	const order = request(3, 'relay.events.unsubscribe', {subscription_id: 'sub-1'});
	t.like(await lines.ask(order), {result: {unsubscribed: true, dropped: 0}});
	t.like(await lines.ask(order), {result: {unsubscribed: false}});
	events.tell(paused('a'));
	events.tell(paused('b'));
	t.like(await lines.reply<Notice>(), {params: {subscription_id: 'sub-2', seq: 1, peer_id: 'b'}});
});

test('subscriptions end with their connection; without any nothing is told to anybody', async t => {
	const {server, events, connect} = await served(t);
	let watching = 0;
	events.whileListening({start: () => watching++, stop: () => watching--});
	const [one, other] = [await connect(), await connect()];
	await one.ask(SUBSCRIBE);
	await other.ask(SUBSCRIBE);
	t.is(watching, 1);
	one.socket.destroy();
	other.socket.end();
	await once(other.socket, 'close');
	const third = await connect();
	while (events.isListening) {
		await third.ask(request(1, 'daemon.ping'));
	}
	t.deepEqual([watching, server.subscriptions.open], [0, 0]);
});

test('a connection has a bounded number of subscriptions', async t => {
	const {connect} = await served(t);
	const lines = await connect();
	for (let count = 0; count < DOOR_LIMITS.rpc.subscriptions; count++) {
		t.like(await lines.ask(SUBSCRIBE), {result: {subscription_id: `sub-${count + 1}`}});
	}
	t.like(await lines.ask(SUBSCRIBE), {error: {code: -32_000, data: {code: 'BUSY'}}});
	const ended = request(2, 'relay.events.unsubscribe', {subscription_id: 'sub-3'});
	t.like(await lines.ask(ended), {result: {unsubscribed: true}});
	t.like(await lines.ask(SUBSCRIBE), {result: {subscription_id: `sub-${DOOR_LIMITS.rpc.subscriptions + 1}`}});
	t.like(await (await connect()).ask(SUBSCRIBE), {result: {subscription_id: 'sub-1'}});
});

test('a subscriber that does not read misses events, is told how many, and harms nobody', async t => {
	const {server, events, connect} = await served(t);
	const [slow, quick] = [await connect(), await connect()];
	await slow.ask(SUBSCRIBE);
	await quick.ask(SUBSCRIBE);
	slow.socket.pause();
	const TOLD = 5000;
	let got = 0;
	for (let told = 0; told < TOLD; told++) {
		events.tell(paused('hub'));
		if (told % 50 === 49) {
			for (; got <= told; got++) {
				t.is((await quick.reply<Notice>()).params.seq, got + 1);
			}
		}
	}
	t.true(server.subscriptions.lost > TOLD / 2, `only ${server.subscriptions.lost} were lost`);

	slow.socket.resume();
	let seq = 0;
	let gap: WireEvent | undefined;
	while (seq < TOLD) {
		const {params} = await slow.reply<Notice>();
		if (params.kind === 'gap') {
			gap = params;
			t.is(params.seq, seq + params.lost, 'the gap does not fill the numbers');
			t.deepEqual(params.kinds, {change: params.lost});
		} else {
			t.is(params.seq, seq + 1);
		}
		seq = params.seq;
	}
	t.is(gap?.kind === 'gap' ? gap.lost : 0, server.subscriptions.lost);
	events.tell(paused('hub'));
	t.like(await slow.reply<Notice>(), {params: {seq: TOLD + 1, kind: 'change'}});
});

test('requests of a slow subscriber are still answered once it reads', async t => {
	const {events, connect} = await served(t);
	const lines = await connect();
	await lines.ask(SUBSCRIBE);
	lines.socket.pause();
	for (let told = 0; told < 2000; told++) {
		events.tell(paused('hub'));
	}
	lines.send(`${request('late', 'daemon.ping')}\n`);
	lines.socket.resume();
	for (;;) {
		const reply = await lines.reply();
		if (reply.id === 'late') {
			t.deepEqual(reply.result, PONG);
			return;
		}
	}
});

test('the client hands out events, and rejects when the daemon goes', async t => {
	const {server, events, socketPath} = await served(t);
	const client = await connectRpc(socketPath);
	t.teardown(() => client.close());
	const told: WireEvent[] = [];
	let wake = () => {};
	const {ended} = await client.subscribe({kinds: ['change']}, event => {
		told.push(event);
		wake();
	});
	events.tell({kind: 'deadletter', peer_id: 'hub'});
	const came = new Promise<void>(resolve => {
		wake = resolve;
	});
	events.tell(paused('hub'));
	await came;
	t.like(told, [{kind: 'change', seq: 1}]);
	await server.stop();
	await t.throwsAsync(ended, {instanceOf: DaemonUnreachable, message: /closed the connection/});
});
