import test, {type ExecutionContext} from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {PONG, ping} from '../helpers/pong.js';
import {RawLines, type RawReply, request} from '../helpers/raw-lines.js';
import {startRpcServer} from '../helpers/rpc-server.js';

const connected = async (t: ExecutionContext, backend: Parameters<typeof startRpcServer>[1] = {ping}) => {
	const {socketPath, logLines} = await startRpcServer(t, backend);
	return {lines: await RawLines.connect(t, socketPath), logLines};
};

test('a request is answered with its id, whatever kind of id it is', async t => {
	const {lines} = await connected(t);
	for (const id of [1, 'abc', '', 0, -1, 1.5, null]) {
		t.deepEqual(await lines.ask(request(id, 'daemon.ping')), {jsonrpc: '2.0', id, result: PONG});
	}
});

const refusedLines: ReadonlyArray<
	readonly [title: string, line: string | Uint8Array, code: number, id: unknown]
> = [
	['what is not JSON', '{"jsonrpc": "2.0", "method', -32_700, null],
	['what is not UTF-8', Buffer.from('7b22ff227d', 'hex'), -32_700, null],
	['a surrogate encoded by itself', Buffer.from('22eda08022', 'hex'), -32_700, null],
	['a byte order mark', '\uFEFF{"jsonrpc":"2.0","id":1,"method":"daemon.ping"}', -32_700, null],
	['null', 'null', -32_600, null],
	['a number', '7', -32_600, null],
	['a string', '"daemon.ping"', -32_600, null],
	['an empty object', '{}', -32_600, null],
	['an empty batch', '[]', -32_600, null],
	['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', -32_600, 1],
	['a method that is missing', '{"jsonrpc":"2.0","id":1}', -32_600, 1],
	['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"daemon.ping"}', -32_600, null],
	['an id that is true', '{"jsonrpc":"2.0","id":true,"method":"daemon.ping"}', -32_600, null],
	['an id beyond all numbers', '{"jsonrpc":"2.0","id":1e999,"method":"daemon.ping"}', -32_600, null],
	['another version', '{"jsonrpc":"1.0","id":1,"method":"daemon.ping"}', -32_600, 1],
	['a method that does not exist', request(1, 'daemon.pong'), -32_601, 1],
	['a method named like a property of all objects', request(1, '__proto__'), -32_601, 1],
	['the method "constructor"', request(1, 'constructor'), -32_601, 1],
	['params that are a string', request(1, 'daemon.ping', 'str'), -32_602, 1],
	['params that are null', request(1, 'daemon.ping', null), -32_602, 1],
	['params by position', request(1, 'daemon.ping', []), -32_602, 1],
];

for (const [title, line, code, id] of refusedLines) {
	test(`${title} is answered with ${code} and the connection goes on`, async t => {
		const {lines} = await connected(t);
		const reply = await lines.ask(line);
		t.is(reply.error?.code, code);
		t.is(reply.id, id);
		t.is((await lines.ask(request(2, 'daemon.ping'))).id, 2);
	});
}

test('an unknown key is refused and named', async t => {
	const {lines} = await connected(t);
	const {error} = await lines.ask(request(1, 'relay.list', {peer_id: 'a', sate: 'failed'}));
	t.is(error?.code, -32_602);
	t.regex(error?.message ?? '', /sate/);
	t.deepEqual(error?.data, {code: 'INVALID_ARGUMENT', issues: [{key: 'sate', message: 'is not known here'}]});
});

test('a wrong value deep in the params is named by its path', async t => {
	const {lines} = await connected(t);
	const segments = [{payload_text: 'fine'}, {payload_text: 'x', segment_id: 'no spaces'}];
	const {error} = await lines.ask(request(1, 'relay.enqueue', {segments}));
	t.like(error?.data, {issues: [{key: 'segments.1.segment_id'}]});
});

test('a batch of one is answered with an array of one', async t => {
	const {lines} = await connected(t);
	t.deepEqual(await lines.ask<RawReply[]>(`[${request(1, 'daemon.ping')}]`), [
		{jsonrpc: '2.0', id: 1, result: PONG},
	]);
});

test('a mixed batch answers each request, and no notification', async t => {
	const {lines} = await connected(t);
	const batch = `[${request(1, 'daemon.ping')},{"jsonrpc":"2.0","method":"daemon.ping"},7,${request(2, 'nope')}]`;
	const replies = await lines.ask<RawReply[]>(batch);
	t.deepEqual(
		replies.map(({id, error}) => [id, error?.code]),
		[
			[1, undefined],
			[null, -32_600],
			[2, -32_601],
		],
	);
});

test('a batch of rubbish is answered item by item, as an array', async t => {
	const {lines} = await connected(t);
	t.deepEqual(
		(await lines.ask<RawReply[]>('[1]')).map(({error}) => error?.code),
		[-32_600],
	);
});

test('a notification is carried out and never answered, not even when it fails', async t => {
	let pings = 0;
	const {lines, logLines} = await connected(t, {
		ping() {
			pings++;
			throw new Error(`ping ${pings}`);
		},
		status() {
			throw new EdgedError('BUSY', 'later');
		},
	});
	const note = (method: string, params?: unknown) => JSON.stringify({jsonrpc: '2.0', method, params});
	lines.send(`${note('daemon.ping')}\n[${note('daemon.ping')}]\n`);
	lines.send(`${note('daemon.ping', 'str')}\n${note('nope')}\n${note('relay.status')}\n`);
	const {error} = await lines.ask(request(1, 'nope'));
	t.is(error?.code, -32_601, 'the first line that comes back belongs to the request behind them all');
	t.is(pings, 2);
	t.is(logLines().length, 2, 'a failure that nobody is told of is in the log');
});

test('a refusal goes out with its code, words and facts', async t => {
	const {lines} = await connected(t, {
		force() {
			throw new EdgedError('INVALID_STATE', 'It is acked', {state: 'acked', code: 'not this one'});
		},
	});
	const {error} = await lines.ask(request(1, 'relay.deadletter.force', {segment_id: 's', peer_id: 'p'}));
	t.deepEqual(error, {
		code: -32_000,
		message: 'It is acked',
		data: {state: 'acked', code: 'INVALID_STATE'},
	});
});

test('an argument that only the backend can judge is refused like any other', async t => {
	const {lines} = await connected(t, {
		list() {
			throw new EdgedError('INVALID_ARGUMENT', 'That cursor is not mine');
		},
	});
	const {error} = await lines.ask(request(1, 'relay.list', {cursor: 'x'}));
	t.deepEqual(error, {code: -32_602, message: 'That cursor is not mine', data: {code: 'INVALID_ARGUMENT'}});
});

for (const [title, thrown] of [
	['an error', new Error('secret path /etc/edged/key.pem')],
	['a string', 'secret path /etc/edged/key.pem'],
	['nothing', undefined],
	['an object that poses as an error', {code: -1, message: 'secret path', data: 'secret path'}],
] as const) {
	test(`${title} thrown by a bug stays in the log; the caller gets its id`, async t => {
		const {lines, logLines} = await connected(t, {
			async ping() {
				throw thrown;
			},
		});
		const reply = await lines.ask(request(1, 'daemon.ping'));
		t.is(reply.error?.code, -32_603);
		t.notRegex(JSON.stringify(reply), /secret/);
		const [{method, error_id: errorId} = {}, ...others] = logLines();
		t.is(others.length, 0);
		t.is(method, 'daemon.ping');
		t.is(typeof errorId, 'string');
		t.deepEqual(reply.error?.data, {error_id: errorId});
	});
}

test('a result that has no JSON is an internal error, and spoils nothing beside it', async t => {
	const {lines, logLines} = await connected(t, {ping, status: () => ({queried_at: 1n}) as never});
	t.is((await lines.ask(request(1, 'relay.status'))).error?.code, -32_603);
	const batch = await lines.ask<RawReply[]>(`[${request(2, 'relay.status')},${request(3, 'daemon.ping')}]`);
	t.deepEqual(
		batch.map(({id, error}) => [id, error?.code]),
		[
			[2, -32_603],
			[3, undefined],
		],
	);
	t.is(logLines().length, 2);
});

test('replies come as they are ready, not as they were asked for', async t => {
	let answerFirst = () => {};
	const {lines} = await connected(t, {
		ping,
		pause: () =>
			new Promise(resolve => {
				answerFirst = () => resolve({paused: [], draining: [], inflight: 0, scheduled: 0, done: true});
			}),
	});
	lines.send(`${request('slow', 'relay.pause')}\n`);
	t.is((await lines.ask(request('quick', 'daemon.ping'))).id, 'quick');
	answerFirst();
	t.is((await lines.reply()).id, 'slow');
});

test('a line may end in CR LF, and empty lines say nothing', async t => {
	const {lines} = await connected(t);
	lines.send('\n\n');
	t.is((await lines.ask(`${request(1, 'daemon.ping')}\r`)).id, 1);
});

test('text outside ASCII arrives as it was sent', async t => {
	const received: string[] = [];
	const {lines} = await connected(t, {
		enqueue({segments}) {
			received.push(...segments.map(({payload}) => payload.toString()));
			return {durability: 'durable', results: [{segment_id: 'é😀', status: 'accepted'}]};
		},
	});
	const {result} = await lines.ask(request(1, 'relay.enqueue', {segments: [{payload_text: 'zażółć 😀'}]}));
	t.deepEqual(received, ['zażółć 😀']);
	t.like(result, {results: [{segment_id: 'é😀'}]});
});
