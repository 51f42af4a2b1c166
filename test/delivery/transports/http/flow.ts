import type {ServerResponse} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import type {Transport} from '../../../../src/delivery/transport.js';
import {openHttpTransport, type SentEntry, send} from '../../../helpers/transports.js';
import {type Received, startWebHook, type WebHook} from '../../../helpers/web-hook.js';

const entries = (count: number): SentEntry[] =>
	Array.from({length: count}, (_, index) => ({bytes: `payload ${index}`}));

const idOf = ({headers}: Received): string => String(headers['edged-segment-id']);

/** An endpoint that answers nobody before it is told to. */
const holdingHook = async (
	t: ExecutionContext,
): Promise<{
	hook: WebHook;
	transport: Transport;
	held: Map<string, ServerResponse>;
	/** Resolves when `count` requests have come since the start. */
	come(count: number): Promise<void>;
	/** From now on it takes what comes. */
	letGo(): void;
}> => {
	const held = new Map<string, ServerResponse>();
	let isLetGo = false;
	const waiting: Array<{count: number; resolve: () => void}> = [];
	const hook = await startWebHook(t, (received, response) => {
		if (isLetGo) {
			response.end();
			return;
		}
		held.set(idOf(received), response);
		for (const {count, resolve} of waiting) {
			if (hook.received.length >= count) {
				resolve();
			}
		}
	});
	return {
		hook,
		transport: openHttpTransport(t, {url: hook.origin}),
		held,
		letGo() {
			isLetGo = true;
		},
		come: count =>
			hook.received.length >= count
				? Promise.resolve()
				: new Promise(resolve => {
						waiting.push({count, resolve});
					}),
	};
};

const answer = (held: ServerResponse | undefined, status: number, headers = {}): void => {
	held?.writeHead(status, headers).end();
};

test('32 requests go out at a time, begun in order, and each answer lets the next begin', async t => {
	const {hook, transport, held, come} = await holdingHook(t);
	const sending = send(transport, entries(40));
	await come(32);
	t.deepEqual(
		[...held.keys()].sort(),
		entries(32)
			.map((_, index) => `s${index}`)
			.sort(),
	);
	t.is(hook.connections, 32);
	answer(held.get('s7'), 200);
	await come(33);
	t.true(held.has('s32'));
	answer(held.get('s31'), 204);
	await come(34);
	t.true(held.has('s33'));
	for (let index = 0; index < 40; index++) {
		await come(Math.min(40, 34 + index));
		if (index !== 7 && index !== 31) {
			answer(held.get(`s${index}`), 200);
		}
	}
	t.like(await sending, {kind: 'answered', acked: [[0, 39]], troubles: []});
	t.is(hook.connections, 32);
});

test('sends at the same time share the 32', async t => {
	const {hook, transport, held, come} = await holdingHook(t);
	const first = send(transport, entries(32));
	await come(32);
	const second = send(transport, [{id: 'later', bytes: 'x'}]);
	t.false(held.has('later'));
	answer(held.get('s3'), 200);
	await come(33);
	t.true(held.has('later'));
	t.is(hook.connections, 32);
	for (const response of held.values()) {
		if (!response.writableEnded) {
			answer(response, 200);
		}
	}
	t.like(await first, {acked: [[0, 31]]});
	t.like(await second, {acked: [[0, 0]]});
});

test('no more payloads are read than requests are under way', async t => {
	const {transport, held, come} = await holdingHook(t);
	const controller = new AbortController();
	let paced = 0;
	const sending = send(transport, entries(100), {
		signal: controller.signal,
		pace(bytes) {
			paced++;
			return bytes;
		},
	});
	await come(32);
	t.is(paced, 32);
	answer(held.get('s0'), 200);
	await come(33);
	t.is(paced, 33);
	controller.abort();
	t.like(await sending, {kind: 'answered', acked: [[0, 0]], troubles: []});
});

test('after a request that broke no more are begun; the others are waited for', async t => {
	const {hook, transport, held, come, letGo} = await holdingHook(t);
	const sending = send(transport, entries(100));
	await come(32);
	letGo(); // An answer may be seen before the break is.
	held.get('s4')?.destroy();
	for (const [id, response] of held) {
		if (id !== 's4') {
			answer(response, id === 's9' ? 422 : 200);
		}
	}
	const outcome = await sending;
	t.like(outcome, {
		kind: 'answered',
		troubles: [
			{index: 4, kind: 'broken', cause: 'reset'},
			{index: 9, kind: 'rejected', message: 'The peer answered 422'},
		],
	});
	t.deepEqual(outcome.kind === 'answered' && outcome.acked.slice(0, 2), [
		[0, 3],
		[5, 8],
	]);
	t.false('endedBy' in outcome);
	t.true(hook.received.length < 100, `${hook.received.length} of 100 were begun`);
});

test('after trouble of the lane no more are begun, and what was taken is acknowledged', async t => {
	const hook = await startWebHook(t, (_, response) =>
		hook.received.length <= 50
			? response.end()
			: response.writeHead(429, {'retry-after': hook.received.length === 60 ? '90' : '7'}).end(),
	);
	const outcome = await send(openHttpTransport(t, {url: hook.origin}), entries(200));
	t.is(outcome.kind, 'answered');
	if (outcome.kind !== 'answered') {
		return;
	}
	t.is(
		outcome.acked.reduce((sum, [first, last]) => sum + last - first + 1, 0),
		50,
	);
	t.deepEqual(outcome.troubles, []);
	t.is(outcome.endedBy?.message, 'The peer answered 429');
	t.true(hook.received.length <= 50 + 32 + 1);
	t.is(outcome.endedBy?.retryAfterMs, hook.received.length >= 60 ? 90_000 : 7000);
});

test('trouble of the lane alone is a link that is down, however many met it', async t => {
	const hook = await startWebHook(t, (_, response) => response.writeHead(401).end('who are you?'));
	const outcome = await send(openHttpTransport(t, {url: hook.origin}), entries(100));
	t.like(outcome, {kind: 'link_down', message: 'The peer answered 401: who are you?'});
	t.true(hook.received.length <= 33);
	t.true(outcome.bytesSent > 0);
});

test('a send that is ended with nothing answered was cut off, and its turns are free again', async t => {
	const {transport, held, come} = await holdingHook(t);
	const controller = new AbortController();
	const sending = send(transport, entries(100), {signal: controller.signal});
	await come(32);
	const waiting = send(transport, [{id: 'next', bytes: 'x'}]);
	controller.abort();
	t.like(await sending, {kind: 'broken', cause: 'reset', message: 'The send was ended'});
	await come(33);
	answer(held.get('next'), 200);
	t.like(await waiting, {acked: [[0, 0]]});
});

test('a wait for a turn ends with the signal', async t => {
	const {transport, held, come} = await holdingHook(t);
	const first = send(transport, entries(32));
	await come(32);
	const controller = new AbortController();
	const second = send(transport, [{bytes: 'x'}], {signal: controller.signal});
	controller.abort();
	t.deepEqual(await second, {kind: 'unsent', bytesSent: 0});
	for (const response of held.values()) {
		answer(response, 200);
	}
	t.like(await first, {acked: [[0, 31]]});
});

test('a pace that fails leaves nobody waiting and gives its turn back', async t => {
	const hook = await startWebHook(t, (_, response) => response.end());
	const transport = openHttpTransport(t, {url: hook.origin});
	for (let time = 0; time < 40; time++) {
		await t.throwsAsync(
			send(transport, entries(1), {pace: async () => Promise.reject(new Error('stopped'))}),
		);
	}
	t.like(await send(transport, entries(1)), {acked: [[0, 0]]});
});
