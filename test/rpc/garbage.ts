import {once} from 'node:events';
import test from 'ava';
import fc from 'fast-check';
import type {Backend} from '../../src/rpc/backend.js';
import {contract} from '../../src/rpc/contract/methods.js';
import {PONG, ping} from '../helpers/pong.js';
import {RawLines, type RawReply, request} from '../helpers/raw-lines.js';
import {backendWith, startRpcServer} from '../helpers/rpc-server.js';

/** Answers everything that gets past the checks. */
const forgiving = Object.fromEntries(
	Object.keys(backendWith({})).map(name => [name, () => ({})]),
) as unknown as Backend;

const piece = fc.oneof(
	fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes)),
	fc.json().map(text => Buffer.from(text)),
	fc.constantFrom('\n', '[', '{', '"', '\0', ',', '\n\n').map(text => Buffer.from(text)),
	fc.nat({max: 50}).map(cut => Buffer.from(request(1, 'daemon.ping').slice(0, cut))),
	fc.constant(Buffer.from(`${request('mine', 'relay.status')}\n`)),
);

test('whatever bytes one client sends, another is answered and nothing reaches the log', async t => {
	const {socketPath, logLines} = await startRpcServer(t, {...forgiving, ping});
	const good = await RawLines.connect(t, socketPath);
	await fc.assert(
		fc.asyncProperty(fc.array(piece, {maxLength: 20}), async pieces => {
			const bad = await RawLines.connect(t, socketPath);
			for (const bytes of pieces) {
				bad.send(bytes);
			}
			t.deepEqual((await good.ask(request(1, 'daemon.ping'))).result, PONG);
			bad.socket.end();
			for (let line = await bad.line(); line !== undefined; line = await bad.line()) {
				t.notThrows(() => JSON.parse(line ?? ''));
			}
			bad.socket.destroy();
		}),
		{numRuns: 300},
	);
	t.deepEqual(logLines(), []);
});

/** A line and whether it must be answered. */
const lineOf = fc.oneof(
	fc
		.json()
		.filter(text => !/^\s*\[/.test(text))
		.map(text => ({text, isAnswered: true})),
	fc.string().map(text => ({text: `x${text.replaceAll('\n', ' ')}`, isAnswered: true})),
	fc.integer().map(id => ({text: request(id, 'daemon.ping'), isAnswered: true})),
	fc.integer().map(id => ({text: request(id, 'no.such.method'), isAnswered: true})),
	fc.constant({text: '{"jsonrpc":"2.0","method":"daemon.ping"}', isAnswered: false}),
	fc.constant({text: `[${request(1, 'daemon.ping')},${request(2, 'daemon.ping')}]`, isAnswered: true}),
	fc.constant({text: '', isAnswered: false}),
);

test('each line gets exactly one answer, in whatever pieces the lines come', async t => {
	const {socketPath} = await startRpcServer(t, {...forgiving, ping});
	await fc.assert(
		fc.asyncProperty(
			fc.array(lineOf, {maxLength: 30}),
			fc.array(fc.nat(), {maxLength: 20}),
			async (lines, cuts) => {
				const bytes = Buffer.from(lines.map(({text}) => `${text}\n`).join(''));
				const client = await RawLines.connect(t, socketPath);
				const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
				for (const [at, end] of ends.entries()) {
					client.send(bytes.subarray(ends[at - 1] ?? 0, end));
				}
				client.socket.end();
				let answers = 0;
				while ((await client.line()) !== undefined) {
					answers++;
				}
				t.is(answers, lines.filter(({isAnswered}) => isAnswered).length);
			},
		),
		{numRuns: 200},
	);
});

const anything = fc.object({maxDepth: 3, maxKeys: 5});
const params = fc.oneof(
	anything,
	fc.record(
		{
			segment_id: fc.oneof(fc.string(), fc.constant('seg-1')),
			peer_id: fc.oneof(fc.string(), fc.constant('hub')),
			all: fc.oneof(fc.boolean(), fc.anything()),
			segments: fc.array(fc.oneof(anything, fc.record({payload_text: fc.string()}))),
			reason: fc.oneof(fc.string(), fc.constant('FORCED')),
			limit: fc.oneof(fc.integer(), fc.double()),
			bytes_per_second: fc.oneof(fc.integer(), fc.double()),
		},
		{requiredKeys: []},
	),
	fc.jsonValue(),
);
const ALLOWED_CODES = new Set([undefined, -32_600, -32_602]);

test('whatever the params, a method answers or refuses them, and never fails', async t => {
	const {socketPath, logLines} = await startRpcServer(t, forgiving);
	const lines = await RawLines.connect(t, socketPath);
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...Object.keys(contract)), params, async (method, given) => {
			const reply = await lines.ask<RawReply>(request(1, method, given));
			t.true(ALLOWED_CODES.has(reply.error?.code), JSON.stringify(reply));
			t.is(reply.id, 1);
		}),
		{numRuns: 2000},
	);
	t.deepEqual(logLines(), []);
});

for (const [title, line] of [
	['arrays', '['.repeat(2_000_000)],
	['closed arrays', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
	['objects in params', `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`],
] as const) {
	test(`${title} nested a million deep are refused like other rubbish`, async t => {
		const {socketPath} = await startRpcServer(t, {ping});
		const lines = await RawLines.connect(t, socketPath);
		lines.send(
			title === 'objects in params'
				? `{"jsonrpc":"2.0","id":1,"method":"daemon.ping","params":${line}}\n`
				: `${line}\n`,
		);
		t.regex((await lines.line()) ?? '', /"error"/);
		t.is((await lines.ask(request(2, 'daemon.ping'))).id, 2);
		lines.socket.destroy();
		await once(lines.socket, 'close');
	});
}
