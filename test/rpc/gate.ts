import test from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import type {Result} from '../../src/rpc/contract/methods.js';
import type {GatedCall, WrongCall} from '../../src/rpc/gate.js';
import {ping} from '../helpers/pong.js';
import {RawLines, request} from '../helpers/raw-lines.js';
import {CREDENTIALS, startRpcServer} from '../helpers/rpc-server.js';

const LANES: Result<'relay.pause'> = {paused: [], draining: [], inflight: 0, scheduled: 0, done: true};

test('the gate sees a call once its parameters have passed, and the method gets what the gate lets through', async t => {
	const seen: GatedCall[] = [];
	const given: unknown[] = [];
	const {socketPath} = await startRpcServer(
		t,
		{
			pause: params => {
				given.push(params);
				return LANES;
			},
		},
		{
			gate: call => {
				seen.push(call);
				return {...call.params, operator: 'known'};
			},
		},
	);
	const lines = await RawLines.connect(t, socketPath);
	t.is((await lines.ask(request(1, 'relay.pause', {nonsense: 1}))).error?.code, -32_602);
	t.deepEqual((await lines.ask(request(2, 'relay.pause', {peer_id: 'hub'}))).result, LANES);
	t.deepEqual(seen, [
		{
			method: 'relay.pause',
			params: {peer_id: 'hub'},
			caller: {door: 'rpc', credentials: CREDENTIALS},
			breakGlass: false,
		},
	]);
	t.deepEqual(given, [{peer_id: 'hub', operator: 'known'}]);
});

test('what the gate refuses, at once or later, never reaches the method', async t => {
	const refusal = new EdgedError('FORBIDDEN', 'not you');
	let isLate = false;
	const {socketPath} = await startRpcServer(
		t,
		{ping, pause: () => t.fail() as never},
		{
			gate: ({method, params}) => {
				if (method !== 'relay.pause') {
					return params;
				}
				if (isLate) {
					return Promise.reject(refusal);
				}
				throw refusal;
			},
		},
	);
	const lines = await RawLines.connect(t, socketPath);
	for (isLate of [false, true]) {
		const {error} = await lines.ask(request(1, 'relay.pause'));
		t.deepEqual([error?.message, error?.data], ['not you', {code: 'FORBIDDEN'}]);
		t.is((await lines.ask(request(2, 'daemon.ping'))).id, 2);
	}
});

test('who may not call a method by his door is told that, however wrong his parameters are', async t => {
	const asked: GatedCall[] = [];
	const {socketPath} = await startRpcServer(
		t,
		{ping},
		{
			door: 'status',
			gate: call => {
				asked.push(call);
				if (call.method === 'daemon.ping') {
					return call.params;
				}
				throw new EdgedError('FORBIDDEN', 'not you');
			},
		},
	);
	const lines = await RawLines.connect(t, socketPath);
	for (const params of [{}, {nonsense: 1}, [1], 'x']) {
		t.deepEqual((await lines.ask(request(1, 'relay.deadletter.purge', params))).error?.data, {
			code: 'FORBIDDEN',
		});
	}
	t.is((await lines.ask(request(2, 'daemon.ping', {nonsense: 1}))).error?.code, -32_602);
	t.is(asked.length, 5);
});

test('broken glass is a parameter of every method that changes something, also of one with several forms, and of no other', async t => {
	const seen: boolean[] = [];
	const {socketPath} = await startRpcServer(
		t,
		{ping, pause: () => LANES, retry: () => ({retried: 0, refused: 0})},
		{
			gate: ({breakGlass, params}) => {
				seen.push(breakGlass);
				t.false('break_glass' in params);
				return params;
			},
		},
	);
	const lines = await RawLines.connect(t, socketPath);
	await lines.ask(request(1, 'relay.pause', {break_glass: true}));
	await lines.ask(request(2, 'relay.deadletter.retry', {all: true, break_glass: true}));
	t.deepEqual(seen, [true, true]);
	for (const [method, value] of [
		['relay.pause', 'yes'],
		['relay.pause', false],
		['daemon.ping', true],
	] as const) {
		const {error} = await lines.ask(request(3, method, {break_glass: value}));
		t.regex(error?.message ?? '', /break_glass: is not known here/);
	}
});

test('a call that would change something and is not understood is told before it is answered, with what came; others are not told', async t => {
	const told: WrongCall[] = [];
	let isTold = false;
	const {socketPath} = await startRpcServer(
		t,
		{},
		{
			onWrongCall: async call => {
				told.push(call);
				await new Promise(resolve => setImmediate(resolve));
				isTold = true;
			},
		},
	);
	const lines = await RawLines.connect(t, socketPath);
	for (const [method, raw] of [
		['relay.pause', {nonsense: 1}],
		['relay.hold', [1]],
		['audit.prune', undefined],
		['relay.drain', {break_glass: 'yes'}],
	] as const) {
		isTold = false;
		const {error} = await lines.ask(request(1, method, raw));
		t.is(error?.code, -32_602);
		t.true(isTold, method);
		t.like(told.at(-1), {method, raw, caller: {door: 'rpc'}, error: {message: error?.message}});
	}
	t.is(told.length, 4);
	for (const method of ['daemon.ping', 'relay.enqueue', 'relay.list', 'no.such.method']) {
		t.truthy((await lines.ask(request(1, method, {nonsense: 1}))).error, method);
	}
	lines.socket.write('{"jsonrpc":"2.0","method":"relay.pause","params":{"peer":1}}\n'); // Who asks for no answer is heard too.
	await lines.ask(request(2, 'daemon.ping', {nonsense: 1}));
	t.is(told.length, 5);
});
