import {createReadStream} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {openHttpIngest} from '../../../src/cli/segments/http-ingest-door.js';
import type {Metadata, Payload} from '../../../src/cli/segments/ingest-door.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import {DaemonUnreachable, RpcError} from '../../../src/rpc/client-errors.js';
import {
	accepted,
	headerOf,
	type Received,
	type Reply,
	refused,
	startFakeIngest,
} from '../../helpers/fake-ingest.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const PLAIN: Metadata = {peers: [], labels: [], contentType: 'text/plain'};
const bytes = (text: string): Payload => ({kind: 'bytes', bytes: Buffer.from(text)});

const openDoor = async (t: ExecutionContext, reply: (request: Received, index: number) => Reply) => {
	const {socketPath, received} = await startFakeIngest(t, reply);
	const door = openHttpIngest({socketPath, timeoutMs: 10_000});
	t.teardown(() => door.close());
	return {door, received, socketPath};
};

test('a payload goes out with its metadata in headers, as the data plane has them', async t => {
	const {door, received} = await openDoor(t, () => accepted('s-1'));
	const answer = await door.send(bytes('hello'), {
		segmentId: 's-1',
		peers: ['hub', 'backup'],
		priority: 'urgent',
		expiresInSeconds: 3600,
		labels: [{name: 'Ort', value: 'Zürich → Bern'}],
		contentType: 'text/plain',
	});
	t.deepEqual(answer, {segment_id: 's-1', status: 'accepted', durability: 'durable'});
	const [request] = received;
	t.like(request, {method: 'POST', url: '/v1/segments', body: Buffer.from('hello')});
	const sent = request as Received;
	t.deepEqual(
		[
			'Content-Type',
			'content-length',
			'Edged-Segment-Id',
			'Edged-Peers',
			'Edged-Priority',
			'Edged-Expires-In',
		].map(name => headerOf(sent, name)),
		['text/plain', '5', 's-1', 'hub,backup', 'urgent', '3600'],
	);
	t.is(headerOf(sent, 'Edged-Label-Ort'), 'Zürich → Bern');
});

test('metadata that was not given is not sent', async t => {
	const {door, received} = await openDoor(t, () => accepted('s'));
	await door.send(bytes(''), PLAIN);
	t.deepEqual(
		received[0]?.rawHeaders.filter(name => name.startsWith('Edged-')),
		[],
	);
	t.is(received[0]?.body.length, 0);
});

test('a file is streamed with its length', async t => {
	const {door, received} = await openDoor(t, () => accepted('s'));
	const file = path.join(await temporaryDirectory(t), 'large');
	const content = Buffer.alloc(3_000_000, 'abc');
	await writeFile(file, content);
	await door.send({kind: 'stream', stream: createReadStream(file), byteLength: content.length}, PLAIN);
	t.true(received[0]?.body.equals(content));
	t.is(headerOf(received[0] as Received, 'content-length'), '3000000');
});

test('payloads in memory do not wait for each answer, and arrive in the order of the calls', async t => {
	let open: () => void = () => {};
	const gate = new Promise<void>(resolve => {
		open = resolve;
	});
	const {door, received} = await openDoor(t, ({body}, index) => {
		if (index === 9) {
			open(); // Nothing is answered before the tenth is there.
		}
		return {...accepted(body.toString()), gate};
	});
	const answers = await Promise.all(Array.from({length: 10}, (_, at) => door.send(bytes(`n${at}`), PLAIN)));
	t.deepEqual(
		answers.map(({segment_id}) => segment_id),
		received.map(({body}) => body.toString()),
	);
	t.is(answers[9]?.segment_id, 'n9');
});

test('a refusal is the error that it was in the daemon', async t => {
	const {door} = await openDoor(t, () => refused(409, 'CONFLICT', 'Other bytes have this id'));
	const error = await t.throwsAsync(door.send(bytes('x'), PLAIN), {instanceOf: EdgedError});
	t.like(error, {code: 'CONFLICT', message: 'Other bytes have this id'});
});

test('an answer that is not of edged is no refusal of edged', async t => {
	const {door} = await openDoor(t, () => ({status: 502, body: 'Bad Gateway'}));
	await t.throwsAsync(door.send(bytes('x'), PLAIN), {instanceOf: DaemonUnreachable, message: /HTTP 502/});
});

test('a fault of the daemon is none of the caller', async t => {
	const {door} = await openDoor(t, () => refused(500, 'INTERNAL', 'Internal error'));
	await t.throwsAsync(door.send(bytes('x'), PLAIN), {instanceOf: RpcError, message: /Internal error/});
});

test('a connection that breaks fails what was on its way, and nothing is sent twice', async t => {
	const {door, received} = await openDoor(t, (_, index) => (index === 2 ? undefined : {...accepted('s')}));
	const results = await Promise.allSettled(
		Array.from({length: 6}, (_, at) => door.send(bytes(`n${at}`), PLAIN)),
	);
	t.true(results.some(({status}) => status === 'rejected'));
	for (const result of results) {
		t.true(result.status === 'fulfilled' || result.reason instanceof DaemonUnreachable);
	}
	const bodies = received.map(({body}) => body.toString());
	t.is(new Set(bodies).size, bodies.length);
});

test('a socket that is not there is unreachable', async t => {
	const door = openHttpIngest({socketPath: path.join(await temporaryDirectory(t), 'none'), timeoutMs: 1000});
	await t.throwsAsync(door.send(bytes('x'), PLAIN), {instanceOf: DaemonUnreachable, message: /none/});
	await door.close();
});

test('a file that breaks off while it is read is not the fault of the daemon', async t => {
	const {door} = await openDoor(t, () => accepted('s'));
	const stream = createReadStream(await temporaryDirectory(t)); // EISDIR at the first read.
	const error = await t.throwsAsync(door.send({kind: 'stream', stream, byteLength: undefined}, PLAIN));
	t.false(error instanceof DaemonUnreachable);
	t.is((error as NodeJS.ErrnoException).code, 'EISDIR');
	t.is((await door.send(bytes('y'), PLAIN)).status, 'accepted', 'the next one goes out');
});

test('a payload comes back as it is', async t => {
	const content = Buffer.alloc(2_000_000, 'xyz');
	const {door, received} = await openDoor(t, () => ({status: 200, body: content}));
	const stream = await door.fetch('a:b', new AbortController().signal);
	t.true((await buffer(stream)).equals(content));
	t.is(received[0]?.url, '/v1/segments/a%3Ab');
});

test('a payload that is gone is told by its code', async t => {
	const {door} = await openDoor(t, () => refused(410, 'SEGMENT_MISSING', 'The payload is gone'));
	const error = await t.throwsAsync(door.fetch('s', new AbortController().signal));
	t.like(error, {code: 'SEGMENT_MISSING'});
});
