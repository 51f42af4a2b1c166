import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import type {RequestOptions} from 'node:https';
import path from 'node:path';
import test from 'ava';
import type {IngestListener} from '../../src/ingest/options.js';
import {type Certificates, CLIENT_IDENTITY, certificates, type KeyPair} from '../helpers/certificates.js';
import {ask} from '../helpers/http-ask.js';
import {type IngestFixture, startIngest} from '../helpers/ingest.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const listenerOf = ({server, authority}: Certificates): IngestListener => ({
	address: {host: '127.0.0.1', port: 0},
	certFile: server.certFile,
	keyFile: server.keyFile,
	clientCaFile: authority.caFile,
});

const reach = ({server}: IngestFixture, {authority}: Certificates, client?: KeyPair): RequestOptions => ({
	host: '127.0.0.1',
	...(server.tlsPort !== undefined && {port: server.tlsPort}),
	ca: authority.ca,
	...(client && {cert: client.cert, key: client.key}),
});

test('another edged is let in by its certificate', async t => {
	const files = await certificates();
	const fixture = await startIngest(t, {listener: listenerOf(files), allowedSenders: [CLIENT_IDENTITY]});
	const answer = await ask(reach(fixture, files, files.client), 'x');
	t.is(answer.status, 201);
	t.is(fixture.store.segments.size, 1);
});

test('an empty list of senders lets in whoever the client CA has signed', async t => {
	const files = await certificates();
	const fixture = await startIngest(t, {listener: listenerOf(files)});
	t.is((await ask(reach(fixture, files, files.client), 'x')).status, 201);
});

test('a sender that is not on the list is refused by name, and one without a URI goes by its common name', async t => {
	const files = await certificates();
	const other = await files.authority.sign('other', {
		commonName: 'edge-2',
		subjectAltName: 'DNS:edge-2.example',
	});
	const fixture = await startIngest(t, {listener: listenerOf(files), allowedSenders: ['edge-2']});
	t.is((await ask(reach(fixture, files, other), 'x')).status, 201);
	const refused = await ask(reach(fixture, files, files.client), 'x');
	t.is(refused.status, 403);
	t.deepEqual(refused.json(), {
		error: {code: 'FORBIDDEN', message: `${CLIENT_IDENTITY} is not one of ingest.allowed_senders`},
	});
	t.like(fixture.server.counters, {refusedSenders: 1, accepted: 1});
});

test("without a certificate, with a stranger's, or by an older TLS nobody gets in", async t => {
	const files = await certificates();
	const fixture = await startIngest(t, {listener: listenerOf(files)});
	const stranger = await files.stranger.sign('stranger', {
		commonName: 'edge-1',
		subjectAltName: `URI:${CLIENT_IDENTITY}`,
	});
	await t.throwsAsync(ask(reach(fixture, files), 'x'));
	await t.throwsAsync(ask(reach(fixture, files, stranger), 'x'));
	await t.throwsAsync(ask({...reach(fixture, files, files.client), maxVersion: 'TLSv1.2'}, 'x'));
	t.is(fixture.store.segments.size, 0);
	t.is(fixture.server.counters.refusedSenders, 3);
});

test('payloads are not handed out over TLS', async t => {
	const files = await certificates();
	const fixture = await startIngest(t, {listener: listenerOf(files)});
	await fixture.ask({headers: {'edged-segment-id': 'a'}}, 'x');
	const answer = await ask({...reach(fixture, files, files.client), method: 'GET', path: '/v1/segments/a'});
	t.is(answer.status, 403);
});

test('a reload takes new certificates and senders for new connections', async t => {
	const files = await certificates();
	const directory = path.join(await temporaryDirectory(t), 'tls');
	await mkdir(directory);
	const listener = {
		...listenerOf(files),
		certFile: path.join(directory, 'c'),
		keyFile: path.join(directory, 'k'),
	};
	await copyFile(files.server.certFile, listener.certFile);
	await copyFile(files.server.keyFile, listener.keyFile);
	const fixture = await startIngest(t, {listener, allowedSenders: ['nobody']});
	t.is((await ask(reach(fixture, files, files.client), 'x')).status, 403);

	const renewed = await files.authority.sign('renewed', {
		commonName: 'hub',
		subjectAltName: 'DNS:renewed.example',
	});
	await copyFile(renewed.certFile, listener.certFile);
	await copyFile(renewed.keyFile, listener.keyFile);
	const options = {
		socket: {path: fixture.socketPath, mode: 0o660, group: ''},
		listener,
		allowedSenders: [],
		maxHops: 8,
		maxBufferedBytes: 1_000_000,
		maxSegmentBytes: 1_000_000,
		senderBytesPerSecond: 0,
		maxConnections: {local: 16, tls: 16},
	};
	await fixture.server.reload(options);
	const request = {...reach(fixture, files, files.client), servername: 'renewed.example'};
	t.is((await ask(request, 'x')).status, 201);

	await writeFile(listener.keyFile, 'no key');
	await t.throwsAsync(fixture.server.reload(options), {
		code: 'INVALID_CONFIG',
		message: /do not work together/,
	});
	t.is((await ask(request, 'x')).status, 201);
});

test('a certificate that cannot be read keeps the ingest from starting and leaves no socket', async t => {
	const files = await certificates();
	const listener = {...listenerOf(files), certFile: '/nonexistent/cert.pem'};
	await t.throwsAsync(startIngest(t, {listener}), {
		code: 'INVALID_CONFIG',
		message: /^Cannot read \/nonexistent/,
	});
});

test('a port that is taken is a fault of the configuration', async t => {
	const files = await certificates();
	const first = await startIngest(t, {listener: listenerOf(files)});
	const listener = {...listenerOf(files), address: {host: '127.0.0.1', port: first.server.tlsPort ?? 0}};
	await t.throwsAsync(startIngest(t, {listener}), {code: 'BUSY', message: /EADDRINUSE/});
});
