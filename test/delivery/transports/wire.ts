import test from 'ava';
import {CLIENT_IDENTITY, certificates} from '../../helpers/certificates.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {startIngest} from '../../helpers/ingest.js';
import {bytesOf} from '../../helpers/labs/byte-tape.js';
import {TapedProxy} from '../../helpers/labs/taped-proxy.js';
import {answerOf, startPeer, startRawPeer} from '../../helpers/scripted-peer.js';
import {openTransport, send} from '../../helpers/transports.js';

const BIG = [{bytes: Buffer.alloc(100_000, 'z')}];

test('over TLS every byte of the wire is counted: handshake, heads, records, the probe and both sends', async t => {
	const {authority, server, client} = await certificates();
	const hub = await startIngest(t, {
		listener: {
			address: {host: '127.0.0.1', port: 0},
			certFile: server.certFile,
			keyFile: server.keyFile,
			clientCaFile: authority.caFile,
		},
		allowedSenders: [CLIENT_IDENTITY],
	});
	const proxy = await TapedProxy.start(t, () => hub.server.tlsPort ?? 0);
	const transport = openTransport(t, {
		url: `https://127.0.0.1:${proxy.port}`,
		tls: {caFile: authority.caFile, certFile: client.certFile, keyFile: client.keyFile},
	});
	let told = 0;
	const wrote = (bytes: number): void => {
		told += bytes;
	};
	t.deepEqual(await transport.probe(new AbortController().signal, wrote), {kind: 'well'});
	t.true(told > 1000, `${told} bytes: a certificate alone is more`);
	let unpaid = 0;
	const context = {
		wrote: (bytes: number, paced: number) => {
			wrote(bytes);
			unpaid += bytes - paced;
		},
	};
	t.like(await send(transport, BIG, context), {kind: 'answered', acked: [[0, 0]]});
	t.true(unpaid > 0 && unpaid < 1000, `${unpaid}: what TLS adds to records is owed`);
	t.like(await send(transport, BIG, context), {kind: 'answered', acked: [[0, 0]]});
	t.is(told, bytesOf(proxy.tape.between(0, Number.POSITIVE_INFINITY)));
});

test('under a limit a body leaves chunk by chunk, the next when the one before has left', async t => {
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	let ahead = 0;
	let asked = 0;
	const outcome = await send(openTransport(t, {url: peer.url}), BIG, {
		async pace(bytes) {
			t.is(ahead, 0, 'what was allowed has left');
			asked++;
			await Promise.resolve();
			ahead = Math.min(bytes, 1000);
			return ahead;
		},
		wrote(bytes, paced) {
			t.is(bytes, paced);
			ahead -= paced;
		},
	});
	t.like(outcome, {kind: 'answered', acked: [[0, 0]]});
	t.true(asked > 100, `${asked} chunks`);
	t.is(ahead, 0);
});

test('a chunk that is smaller than the head of the request is asked for again', async t => {
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	const outcome = await send(openTransport(t, {url: peer.url}), [{bytes: 'x'}], {
		pace: bytes => Math.min(bytes, 64),
	});
	t.like(outcome, {kind: 'answered', acked: [[0, 0]]});
});

test('our own wait for the rate is no silence of the peer', async t => {
	const clock = new FakeClock();
	const peer = await startPeer(t, (request, response) => response.end(answerOf(request)));
	const outcome = await send(openTransport(t, {url: peer.url, clock}), BIG, {
		async pace(bytes) {
			await new Promise(setImmediate);
			clock.advance(40_000);
			return Math.min(bytes, 16_384);
		},
	});
	t.like(outcome, {kind: 'answered', acked: [[0, 0]]});
});

test('an answer that comes while the body waits for the rate ends the wait', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () =>
			socket.end('HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
		);
	});
	let waits = 0;
	let ended = 0;
	const outcome = await send(openTransport(t, {url}), BIG, {
		pace(_bytes, signal) {
			waits++;
			if (waits === 1) {
				return 1000;
			}
			return new Promise((_, reject) => {
				signal?.addEventListener('abort', () => {
					ended++;
					reject(signal.reason);
				});
			});
		},
	});
	t.is(outcome.kind, 'link_down');
	t.deepEqual([waits, ended], [2, 1]);
});
