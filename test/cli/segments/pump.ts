import {Readable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import type {SegmentAnswer} from '../../../src/cli/segments/ingest-door.js';
import type {Item} from '../../../src/cli/segments/items.js';
import {type PumpTarget, pump} from '../../../src/cli/segments/pump.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';

const ANSWER: SegmentAnswer = {segment_id: 's', status: 'accepted', durability: 'durable'};

const bytes = (origin: string, length = 1): Item => ({
	origin,
	kind: 'payload',
	payload: {kind: 'bytes', bytes: Buffer.alloc(length)},
});
const stream = (origin: string): Item => ({
	origin,
	kind: 'payload',
	payload: {kind: 'stream', stream: Readable.from([]), byteLength: undefined},
});

async function* from(items: readonly Item[]): AsyncGenerator<Item> {
	yield* items;
}

const targetWith = (send: PumpTarget['send'], signal = new AbortController().signal) => {
	const log: string[] = [];
	const target: PumpTarget = {
		send,
		accepted: item => log.push(`${item.origin} accepted`),
		failed: (item, error) => log.push(`${item.origin} ${(error as Error).message}`),
		signal,
	};
	return {target, log};
};

test('small payloads overlap, sixty-four at most, in their order', async t => {
	const waiting: Array<() => void> = [];
	const origins: string[] = [];
	let inFlight = 0;
	let most = 0;
	const {target, log} = targetWith(async item => {
		origins.push(item.origin);
		most = Math.max(most, ++inFlight);
		await new Promise<void>(resolve => waiting.push(resolve));
		inFlight--;
		return ANSWER;
	});
	const items = Array.from({length: 200}, (_, at) => bytes(String(at)));
	const done = pump(from(items), target);
	while (log.length < 200) {
		await turn();
		waiting.shift()?.();
	}
	t.is(await done, undefined);
	t.is(most, 64);
	t.deepEqual(
		origins,
		items.map(({origin}) => origin),
	);
});

test('a stream, and a payload too large to overlap, goes alone', async t => {
	const open = new Set<string>();
	const together: string[] = [];
	const {target} = targetWith(async item => {
		open.add(item.origin);
		together.push([...open].join('+'));
		await turn();
		open.delete(item.origin);
		return ANSWER;
	});
	await pump(from([bytes('a'), stream('B'), bytes('c'), bytes('D', 70_000), bytes('e')]), target);
	t.deepEqual(together, ['a', 'B', 'c', 'D', 'e']);
});

test('what cannot be read and what is refused for itself do not stop the others', async t => {
	const {target, log} = targetWith(async item => {
		if (item.origin === 'b') {
			throw new EdgedError('TOO_LARGE', 'too large');
		}
		return ANSWER;
	});
	const unreadable: Item = {origin: 'x', kind: 'unreadable', problem: 'no such file'};
	t.is(await pump(from([bytes('a'), unreadable, bytes('b'), bytes('c')]), target), undefined);
	t.deepEqual([...log].sort(), ['a accepted', 'b too large', 'c accepted', 'x no such file']);
});

for (const error of [
	new DaemonUnreachable('/x', 'gone'),
	new EdgedError('DRAINING', 'draining'),
	new EdgedError('UNKNOWN_PEER', 'unknown'),
]) {
	test(`what would meet the rest too (${error.message}) ends it, even while an input is silent`, async t => {
		const {target, log} = targetWith(async () => {
			throw error;
		});
		async function* silentAfterOne(): AsyncGenerator<Item> {
			yield bytes('a');
			await new Promise(() => {});
		}
		t.is(await pump(silentAfterOne(), target), error);
		t.deepEqual(log, [`a ${error.message}`]);
	});
}

test('Ctrl-C ends it while an input is silent', async t => {
	const interrupt = new AbortController();
	const {target} = targetWith(async () => ANSWER, interrupt.signal);
	async function* silent(): AsyncGenerator<Item> {
		await new Promise(() => {});
	}
	const done = pump(silent(), target);
	interrupt.abort(new Error('interrupted'));
	await t.throwsAsync(done, {message: 'interrupted'});
});

test('Ctrl-C ends it while a long upload is on its way', async t => {
	const interrupt = new AbortController();
	const {target} = targetWith(() => new Promise(() => {}), interrupt.signal);
	const done = pump(from([stream('long'), bytes('next')]), target);
	await turn();
	interrupt.abort(new Error('interrupted'));
	await t.throwsAsync(done, {message: 'interrupted'});
});

test('what stops it lets the answers come in that were on their way', async t => {
	const waiting: Array<() => void> = [];
	const {target, log} = targetWith(async item => {
		if (item.origin === 'b') {
			throw new EdgedError('DRAINING', 'draining');
		}
		await new Promise<void>(resolve => waiting.push(resolve));
		return ANSWER;
	});
	const done = pump(from([bytes('a'), bytes('b'), bytes('c')]), target);
	while (!log.includes('b draining')) {
		await turn();
	}
	for (const answer of waiting) {
		answer();
	}
	t.true((await done) instanceof EdgedError);
	t.true(log.includes('a accepted'));
});
