import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Form, type Load, Producer} from '../../bench/e2e/produce.js';
import {AnswerBuilder, parseRequest} from '../../src/storage/request-codec.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

type Answering = (body: Buffer, response: ServerResponse) => void;

/** A door that answers as `answering` says; gives the load of a producer that knocks there. */
const withDoor = async (t: ExecutionContext, form: Form, answering: Answering): Promise<Load> => {
	const ingestSocket = path.join(await temporaryDirectory(t), 'in');
	const server = createServer((request: IncomingMessage, response) => {
		void request.toArray().then(parts => answering(Buffer.concat(parts as Buffer[]), response));
	});
	server.listen(ingestSocket);
	await once(server, 'listening');
	t.teardown(() => server.close());
	return {form, ingestSocket, rpcSocket: '', byteLength: 100, batch: form === 'single' ? 1 : 8, inFlight: 4};
};

/** The answer of a receiver that refuses the entries from `refusedFrom` on. */
const answerTo = (body: Buffer, refusedFrom: number): string => {
	const request = parseRequest(body, {maxEntries: 1000});
	if (request.kind === 'fault') {
		throw new Error(request.message);
	}
	const answer = new AnswerBuilder();
	for (let index = 0; index < request.entryCount; index++) {
		if (index < refusedFrom) {
			answer.accept();
		} else {
			answer.reject('QUEUE_FULL', 'no room');
		}
	}
	return answer.toJson(request.digest);
};

test('a producer counts every segment that was accepted, with one request of each slot at least', async t => {
	let received = 0;
	const load = await withDoor(t, 'binary', (body, response) => {
		received++;
		response.end(answerTo(body, 8));
	});
	const producer = await Producer.open(load);
	const {segments} = await producer.produce(0);
	await producer.close();
	t.is(received, 4);
	t.is(segments, 32);
});

test('a producer whose request is refused in part fails the round', async t => {
	const load = await withDoor(t, 'binary', (body, response) => response.end(answerTo(body, 7)));
	const producer = await Producer.open(load);
	await t.throwsAsync(producer.produce(0), {message: /QUEUE_FULL/});
	await producer.close();
});

test('a producer does not believe the answer to another request', async t => {
	const load = await withDoor(t, 'binary', (body, response) => {
		response.end(answerTo(body, 8).replace(/"request_digest":"./, '"request_digest":"x'));
	});
	const producer = await Producer.open(load);
	await t.throwsAsync(producer.produce(0), {message: /did not accept/});
	await producer.close();
});

test('a single segment counts only when it was created', async t => {
	const statuses = [201, 201, 201, 429];
	const load = await withDoor(t, 'single', (body, response) => {
		t.is(body.length, 100);
		response.writeHead(statuses.shift() ?? 500).end('{}');
	});
	const producer = await Producer.open(load);
	await t.throwsAsync(producer.produce(0), {message: /answered 429/});
	await producer.close();
});
