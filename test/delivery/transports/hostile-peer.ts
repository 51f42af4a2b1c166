import type {Socket} from 'node:net';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import type {SendOutcome} from '../../../src/delivery/transport.js';
import {frameLease} from '../../../src/delivery/transports/lease-frame.js';
import {startRawPeer} from '../../helpers/scripted-peer.js';
import {leaseWith, openHttpTransport, openTransport, send} from '../../helpers/transports.js';

/** Of the time that a peer may be silent, so that a case which ends by it takes no longer. */
const ACK_TIMEOUT_MS = 400;
const ENTRIES = [{bytes: 'one'}, {bytes: 'two'}];

type Script = (socket: Socket) => void;
/**
 * `taken`: HTTP says nothing else than that the segment was taken, whatever else is wrong. `suspect`: it broke, and nothing says
 * that the endpoint is at fault.
 */
type Row = {
	readonly title: string;
	readonly script: Script;
	readonly edged: SendOutcome['kind'];
	readonly http: SendOutcome['kind'] | 'suspect' | 'taken';
};

/** Writes `text` for as long as anybody takes it. */
const forEver =
	(start: string, text: string): Script =>
	socket => {
		socket.write(start, 'latin1');
		const more = (): void => {
			if (!socket.destroyed) {
				socket.write(text, 'latin1', () => setImmediate(more));
			}
		};
		more();
	};
/** The same, a byte at a time, each soon enough to be a sign of life. */
const drip =
	(start: string): Script =>
	socket => {
		socket.write(start);
		const beat = setInterval(() => socket.write('x'), ACK_TIMEOUT_MS / 8);
		socket.on('close', () => clearInterval(beat));
	};
const says =
	(...pieces: (string | Uint8Array)[]): Script =>
	socket => {
		for (const piece of pieces) {
			socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
		}
	};
const ok = (body: string): Script =>
	says(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const gzipped = gzipSync('x'.repeat(1_000_000));

const each = 'suspect';
const rows: readonly Row[] = [
	{
		title: 'interim answers without end',
		script: forEver('', 'HTTP/1.1 103 Early Hints\r\n\r\n'),
		edged: 'broken',
		http: each,
	},
	{
		title: 'headers without end',
		script: forEver('HTTP/1.1 200 OK\r\n', `a: ${'b'.repeat(1000)}\r\n`),
		edged: 'broken',
		http: each,
	},
	{
		title: 'one header without end',
		script: forEver('HTTP/1.1 200 OK\r\na: ', 'b'.repeat(1000)),
		edged: 'broken',
		http: each,
	},
	{
		title: 'headers that drip',
		script: drip('HTTP/1.1 200 OK\r\nContent-Length: 1\r\na: '),
		edged: 'broken',
		http: each,
	},
	{
		title: 'a body that drips',
		script: drip('HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n'),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'a body without end',
		script: forEver('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(10_000)),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'chunks without end',
		script: forEver('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'a chunk extension without end',
		script: forEver('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'e'.repeat(1000)),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'trailers without end',
		script: forEver('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n', 'a: b\r\n'),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'a body of a petabyte',
		script: says('HTTP/1.1 200 OK\r\nContent-Length: 1125899906842624\r\n\r\n{}'),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'more than it announced',
		script: says(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${'{}'.repeat(10_000)}`),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'two lengths',
		script: says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'),
		edged: 'broken',
		http: each,
	},
	{
		title: 'a length and chunks',
		script: says(
			'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
		),
		edged: 'broken',
		http: each,
	},
	{
		title: 'a negative length',
		script: says('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'),
		edged: 'broken',
		http: each,
	},
	{
		title: 'a compressed body',
		script: says(
			`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${gzipped.length}\r\n\r\n`,
			gzipped,
		),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'JSON nested as deep as an answer can be',
		script: ok('['.repeat(60_000)),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'bytes that are no UTF-8',
		script: says('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', Buffer.of(0xff, 0xfe, 0)),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'an answer to everything',
		script: ok('{"request_digest":"*","accepted":[[0,1]],"duplicate":[],"rejected":[]}'),
		edged: 'broken',
		http: 'taken',
	},
	{
		title: 'a status out of range',
		script: says('HTTP/1.1 999 Beyond\r\nContent-Length: 0\r\n\r\n'),
		edged: 'link_down',
		http: each,
	},
	{title: 'a status that is none', script: says('HTTP/1.1 OK\r\n\r\n'), edged: 'broken', http: each},
	{
		title: 'a redirect',
		script: says('HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n'),
		edged: 'link_down',
		http: 'link_down',
	},
	{title: 'another protocol', script: says('SSH-2.0-OpenSSH_9.6\r\n'), edged: 'broken', http: each},
	{
		title: 'an upgrade nobody asked for',
		script: says('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
		edged: 'broken',
		http: each,
	},
	{
		title: 'random bytes',
		script: says(Buffer.from(Array.from({length: 999}, (_, at) => (at * 97) & 255))),
		edged: 'broken',
		http: each,
	},
	{title: 'nothing, and its end', script: socket => void socket.end(), edged: 'broken', http: each},
	{title: 'a reset', script: socket => void socket.resetAndDestroy(), edged: 'broken', http: each},
];

/** A peer that runs `script` on each connection once a request has begun to come. */
const peerOf = (t: ExecutionContext, script: Script): Promise<string> =>
	startRawPeer(t, socket => {
		socket.once('data', () => script(socket));
		socket.resume();
	});

const ackedBy = (outcome: SendOutcome): number => (outcome.kind === 'answered' ? outcome.acked.length : 0);

for (const {title, script, edged, http} of rows) {
	test(`another edged that answers with ${title} is not believed, and waited for no longer than told`, async t => {
		const transport = openTransport(t, {url: await peerOf(t, script), ackTimeoutMs: ACK_TIMEOUT_MS});
		const outcome = await send(transport, ENTRIES);
		t.is(outcome.kind, edged, JSON.stringify(outcome));
		t.is(ackedBy(outcome), 0);
		t.is((await transport.probe(new AbortController().signal)).kind, 'down');
	});

	test(`an endpoint that answers with ${title} costs a request and no more`, async t => {
		const url = await peerOf(t, script);
		const outcome = await send(openHttpTransport(t, {url, ackTimeoutMs: ACK_TIMEOUT_MS}), [{bytes: 'one'}]);
		t.is(outcome.kind, http === each || http === 'taken' ? 'answered' : http, JSON.stringify(outcome));
		t.is(ackedBy(outcome) > 0, http === 'taken', JSON.stringify(outcome));
		t.true(outcome.kind !== 'answered' || outcome.troubles.every(({kind}) => kind === 'broken'));
	});
}

test('an answer that was sent twice is not taken for the answer to what is asked next', async t => {
	let asked = 0;
	const url = await startRawPeer(t, socket => {
		socket.on('data', (piece: Buffer) => {
			if (piece.includes('POST')) {
				asked++;
				ok('{}')(socket);
				ok('{"request_digest":"of the one before"}')(socket);
			}
		});
	});
	const transport = openTransport(t, {url, ackTimeoutMs: ACK_TIMEOUT_MS});
	for (let round = 1; round <= 3; round++) {
		t.like(await send(transport, ENTRIES), {kind: 'broken'});
		t.is(asked, round);
	}
});

test('a true answer that comes before the request can have been read is not believed', async t => {
	const entries = [{bytes: Buffer.alloc(40_000_000, 7)}];
	const {lease, payloads} = leaseWith(entries);
	const {digest} = frameLease(lease, payloads).request;
	const answer = {request_digest: digest, accepted: [[0, 0]], duplicate: [], rejected: []};
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => {
			socket.pause();
			ok(JSON.stringify(answer))(socket);
		});
	});
	const outcome = await send(openTransport(t, {url}), entries);
	t.is(outcome.kind, 'broken');
	t.regex('message' in outcome ? outcome.message : '', /before it could have had the whole request/);
});
