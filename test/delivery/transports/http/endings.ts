import {createServer} from 'node:https';
import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import {certificates} from '../../../helpers/certificates.js';
import {startRawPeer} from '../../../helpers/scripted-peer.js';
import {openHttpTransport, send} from '../../../helpers/transports.js';
import {listening, readThen, startWebHook} from '../../../helpers/web-hook.js';

const ONE = [{bytes: 'x'}];
const ACKED = {kind: 'answered', acked: [[0, 0]], troubles: []};

test('a 2xx that comes before the whole segment has left acknowledges nothing', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => {
			socket.pause();
			socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
		});
	});
	t.like(await send(openHttpTransport(t, {url}), [{bytes: Buffer.alloc(16_000_000)}]), {
		acked: [],
		troubles: [
			{
				kind: 'broken',
				cause: 'reset',
				message: 'The peer answered 200 before it could have had the whole segment',
			},
		],
	});
});

test('a 4xx that comes before the whole segment has left refuses it', async t => {
	const url = await startRawPeer(t, socket => {
		socket.once('data', () => {
			socket.pause();
			socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
		});
	});
	t.like(await send(openHttpTransport(t, {url}), [{bytes: Buffer.alloc(16_000_000)}]), {
		troubles: [{kind: 'rejected', message: 'The peer answered 413'}],
	});
});

test('a 2xx counts when its body breaks off, and when it has no end', async t => {
	const hook = await startWebHook(t, ({path}, response) => {
		response.writeHead(200, {'content-length': 1_000_000_000});
		response.write('.'.repeat(path === '/endless' ? 1_000_000 : 10), () => {
			if (path !== '/endless') {
				response.destroy();
			}
		});
	});
	for (const path of ['/endless', '/broken']) {
		t.like(await send(openHttpTransport(t, {url: `${hook.origin}${path}`}), ONE), ACKED);
	}
});

test('a connection is used again after a short page, and closed after a long one', async t => {
	let page = 10_000;
	const hook = await startWebHook(t, (_, response) => response.end('.'.repeat(page)));
	const transport = openHttpTransport(t, {url: hook.origin});
	for (let time = 0; time < 3; time++) {
		t.like(await send(transport, ONE), ACKED);
		await nextTurn(); // undici uses a connection again in the turn after.
	}
	t.is(hook.connections, 1);
	page = 100_000;
	const [socket] = hook.received.map(({socket}) => socket);
	const closed = new Promise(resolve => {
		socket?.once('close', resolve);
	});
	t.like(await send(transport, ONE), ACKED);
	await closed;
	t.like(await send(transport, ONE), ACKED);
	t.is(hook.connections, 2);
});

test('the last chunk of a body is small, so that no answer can come before the body has ended', async t => {
	// Else undici gives the connection up (exchange-attempt.ts). A peer in another process is quick enough for that, one in this is not.
	const hook = await startWebHook(t, (_, response) => response.end());
	const transport = openHttpTransport(t, {url: hook.origin});
	for (const size of [1, 4096, 8192, 8193, 16_384, 65_536, 65_537, 1_000_000]) {
		const chunks: number[] = [];
		await send(transport, [{bytes: Buffer.alloc(size)}], {wrote: bytes => chunks.push(bytes)});
		t.true((chunks.at(-1) ?? 0) <= 8192 + (chunks.length === 1 ? 1024 : 0), `${size}: ${chunks.join(' ')}`);
		t.is(chunks.length === 1, size <= 8192);
	}
});

test('a probe asks for the head of the same address, and any answer will do', async t => {
	for (const status of [200, 302, 401, 404, 405, 500, 503]) {
		const hook = await startWebHook(t, (_, response) => response.writeHead(status).end());
		const transport = openHttpTransport(t, {url: `${hook.origin}/hook?a=b`});
		t.deepEqual(await transport.probe(new AbortController().signal), {kind: 'well'});
		t.like(hook.received, [{method: 'HEAD', path: '/hook?a=b'}]);
		t.is(transport.proves, 'link');
	}
});

test('a probe that is ended, and one that is answered by no HTTP, say so', async t => {
	const controller = new AbortController();
	const hook = await startWebHook(t, () => controller.abort());
	t.deepEqual(await openHttpTransport(t, {url: hook.origin}).probe(controller.signal), {
		kind: 'down',
		message: 'The send was ended',
	});
	const url = await startRawPeer(t, socket => socket.once('data', () => socket.end('220 mail ESMTP\r\n')));
	t.like(await openHttpTransport(t, {url}).probe(new AbortController().signal), {kind: 'down'});
});

test('what is counted as written is what came over the wire', async t => {
	const hook = await startWebHook(t, (_, response) => response.end());
	const transport = openHttpTransport(t, {
		url: `${hook.origin.replace('//', '//joe:pw@')}/hook?a=b`,
		format: {name: 'cloudevents', source: 'edged://e'},
	});
	let paced = 0;
	const {bytesSent} = await send(
		transport,
		[{bytes: 'x'.repeat(1000), contentType: 'text/plain', labels: {site: 'Zürich', 'si-te': 'Ö'}}],
		{
			async pace(bytes) {
				paced += bytes;
				return bytes;
			},
		},
	);
	t.is(hook.received[0]?.socket.bytesRead, bytesSent);
	t.is(bytesSent, paced);
});

test('an endpoint may do without a certificate of ours, and speak TLS 1.2', async t => {
	const {authority, server} = await certificates();
	const secure = createServer(
		{...server, maxVersion: 'TLSv1.2'},
		readThen([], (_, response) => response.end()),
	);
	const url = await listening(t, secure, 'https');
	t.like(await send(openHttpTransport(t, {url, tls: {caFile: authority.caFile}}), ONE), ACKED);
	const outcome = await send(openHttpTransport(t, {url, tls: {}}), ONE);
	t.is(outcome.kind, 'link_down'); // The system's authorities have not signed it.
	t.regex('message' in outcome ? outcome.message : '', /certificate/);
});

test('no message repeats the password of the address', async t => {
	const urls = ['http://joe:hunter2@127.0.0.1:1/', 'http://joe:hunter2@no-such-host.invalid/'];
	for (const url of urls) {
		const transport = openHttpTransport(t, {url});
		t.notRegex(JSON.stringify(await send(transport, ONE)), /hunter2|joe/);
		t.notRegex(JSON.stringify(await transport.probe(new AbortController().signal)), /hunter2|joe/);
	}
});
