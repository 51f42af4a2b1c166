import {copyFile, mkdir} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {EdgedTransportOptions} from '../../../src/delivery/transports/edged.js';
import type {IngestListener} from '../../../src/ingest/options.js';
import {type Certificates, CLIENT_IDENTITY, certificates, type KeyPair} from '../../helpers/certificates.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {type IngestFixture, startIngest} from '../../helpers/ingest.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {openTransport, send} from '../../helpers/transports.js';

const TWO = [{bytes: 'one'}, {bytes: Buffer.alloc(300_000, 2)}];

const listenerOf = ({authority}: Certificates, {certFile, keyFile}: KeyPair): IngestListener => ({
	address: {host: '127.0.0.1', port: 0},
	certFile,
	keyFile,
	clientCaFile: authority.caFile,
});

const toward = (
	{server}: IngestFixture,
	{authority}: Certificates,
	{certFile, keyFile}: KeyPair,
): Pick<EdgedTransportOptions, 'url' | 'tls'> => ({
	url: `https://127.0.0.1:${server.tlsPort}`,
	tls: {caFile: authority.caFile, certFile, keyFile},
});

test('two edged know each other by their certificates', async t => {
	const files = await certificates();
	const hub = await startIngest(t, {
		listener: listenerOf(files, files.server),
		allowedSenders: [CLIENT_IDENTITY],
	});
	const transport = openTransport(t, toward(hub, files, files.client));
	t.deepEqual(await transport.probe(new AbortController().signal), {kind: 'well'});
	t.like(await send(transport, TWO), {kind: 'answered', acked: [[0, 1]], troubles: []});
	t.deepEqual(
		hub.store.drafts.map(({payload, hops}) => [payload.length, hops]),
		[
			[3, 1],
			[300_000, 1],
		],
	);
	t.like(await send(transport, TWO), {kind: 'answered', acked: [[0, 1]], troubles: []});
	t.like(hub.server.counters, {accepted: 2, duplicate: 2});
});

test('a peer that nobody we trust has signed gets nothing', async t => {
	const files = await certificates();
	const sly = await files.stranger.sign('sly-hub', {commonName: 'hub', subjectAltName: 'IP:127.0.0.1'});
	const hub = await startIngest(t, {listener: listenerOf(files, sly)});
	const outcome = await send(openTransport(t, toward(hub, files, files.client)), TWO);
	t.like(outcome, {kind: 'link_down'});
	t.regex('message' in outcome ? outcome.message : '', /certificate/);
	t.is(hub.store.calls.length, 0);
});

test('a peer must have the name that is expected of it', async t => {
	const files = await certificates();
	const named = await files.authority.sign('named', {commonName: 'hub', subjectAltName: 'DNS:hub.example'});
	const hub = await startIngest(t, {listener: listenerOf(files, named)});
	const address = toward(hub, files, files.client);
	t.like(await send(openTransport(t, address), TWO), {kind: 'link_down'});
	t.like(await send(openTransport(t, {...address, serverName: 'hub.example'}), TWO), {kind: 'answered'});
});

test('a peer that does not let us in is the trouble of the lane', async t => {
	const files = await certificates();
	const hub = await startIngest(t, {
		listener: listenerOf(files, files.server),
		allowedSenders: ['somebody-else'],
	});
	t.like(await send(openTransport(t, toward(hub, files, files.client)), TWO), {
		kind: 'link_down',
		message: `The peer answered 403: FORBIDDEN: ${CLIENT_IDENTITY} is not one of ingest.allowed_senders`,
	});
	const stranger = await files.stranger.sign('stranger-edge', {commonName: 'x', subjectAltName: 'URI:x'});
	const refused = openTransport(t, toward(hub, files, stranger));
	t.like(await refused.probe(new AbortController().signal), {kind: 'down'});
	t.is(hub.store.calls.length, 0);
});

test('a certificate that cannot be read is the trouble of the link', async t => {
	const files = await certificates();
	const hub = await startIngest(t, {listener: listenerOf(files, files.server)});
	const address = toward(hub, files, {...files.client, certFile: '/nonexistent/client.crt'});
	const outcome = await send(openTransport(t, address), TWO);
	t.like(outcome, {kind: 'link_down'});
	t.regex('message' in outcome ? outcome.message : '', /ENOENT.*\/nonexistent\/client\.crt/);
});

test('a renewed certificate is used without a restart', async t => {
	const files = await certificates();
	const directory = path.join(await temporaryDirectory(t), 'tls');
	await mkdir(directory);
	const own = {...files.client, certFile: path.join(directory, 'c'), keyFile: path.join(directory, 'k')};
	const put = async (pair: KeyPair): Promise<void> => {
		await copyFile(pair.certFile, own.certFile);
		await copyFile(pair.keyFile, own.keyFile);
	};
	const old = await files.authority.sign('old', {commonName: 'old', subjectAltName: 'URI:edged://old'});
	await put(old);
	const clock = new FakeClock();
	const hub = await startIngest(t, {
		listener: listenerOf(files, files.server),
		allowedSenders: [CLIENT_IDENTITY],
	});
	const transport = openTransport(t, {...toward(hub, files, own), clock});
	const refused = await send(transport, TWO);
	t.regex('message' in refused ? refused.message : '', /edged:\/\/old is not one of/);
	await copyFile(files.client.certFile, own.certFile);
	clock.advance(1000);
	t.is((await send(transport, TWO)).kind, 'link_down'); // Half a renewal: the old pair is still in use.
	await copyFile(files.client.keyFile, own.keyFile);
	t.is((await send(transport, TWO)).kind, 'link_down'); // Looked at no more than once a second.
	clock.advance(1000);
	t.is((await send(transport, TWO)).kind, 'answered');
});
