import {createHash, randomBytes} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {CLIENT_IDENTITY, certificates} from '../helpers/certificates.js';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgedPeer,
	edgeIn,
	enqueueText,
	inDirectory,
	recordsOf,
	statusOf,
	untilAcked,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';
import type {DaemonProcess} from '../helpers/process.js';

/** A hub with a TLS door for `senders`, whose segments end as files in `outbox/`. */
const hubConfig = async (port: number, senders: string): Promise<string> => {
	const {authority, server} = await certificates();
	return edgeConfig(`
[ingest]
socket = "ingest.sock"
listen = "127.0.0.1:${port}"
cert_file = "${server.certFile}"
key_file = "${server.keyFile}"
client_ca_file = "${authority.caFile}"
allowed_senders = ["${senders}"]
${directoryPeer()}`);
};

const edgeToHub = async (port: number): Promise<string> => {
	const {authority, client} = await certificates();
	return edgeConfig(`
[[peers]]
id = "hub"
url = "https://localhost:${port}"
ca_file = "${authority.caFile}"
cert_file = "${client.certFile}"
key_file = "${client.keyFile}"
`);
};

const tlsPortOf = async (hub: DaemonProcess): Promise<number> =>
	Number(/"tls":"127\.0\.0\.1:(\d+)"/.exec(await untilSaid(hub, /edged is running/))?.[1]);

type Pair = {hubHome: Edge; hub: DaemonProcess; port: number; edgeHome: Edge; edge: DaemonProcess};

const startPair = async (t: ExecutionContext, senders = CLIENT_IDENTITY): Promise<Pair> => {
	const hubHome = await edgeIn(t);
	const hub = await hubHome.start(await hubConfig(0, senders));
	const port = await tlsPortOf(hub);
	const edgeHome = await edgeIn(t);
	const edge = await edgeHome.start(await edgeToHub(port));
	return {hubHome, hub, port, edgeHome, edge};
};

test('segments of any size go over mutual TLS from edge to hub and lie there byte for byte', async t => {
	const {hubHome, hub, edgeHome, edge} = await startPair(t);
	const sizes = [0, 1, 1023, 65_536, 65_537, 300_000, 2_000_000];
	const payloads = sizes.map(size => randomBytes(size));
	const answers = await Promise.all(
		payloads.map((payload, index) =>
			ask(
				{
					socketPath: inDirectory(edgeHome, 'ingest.sock'),
					path: '/v1/segments',
					method: 'POST',
					headers: {'Edged-Segment-Id': `s${index}`},
				},
				payload,
			),
		),
	);
	t.deepEqual(
		answers.map(({status}) => status),
		sizes.map(() => 201),
	);
	await untilAcked(edge, sizes.length);
	await untilAcked(hub, sizes.length);
	for (const [index, payload] of payloads.entries()) {
		t.true(payload.equals(await readFile(inDirectory(hubHome, 'outbox', `s${index}`))), `s${index}`);
	}
	const [record] = await recordsOf(hub, 's6');
	t.is(
		record?.sha256,
		createHash('sha256')
			.update(payloads[6] ?? '')
			.digest('hex'),
	);
});

test('a made id stays the same from edge to hub', async t => {
	const {hub, edge} = await startPair(t);
	const id = await enqueueText(edge, 'payload');
	await untilAcked(hub, 1);
	t.is((await recordsOf(hub, id)).length, 1);
});

test('an outage of the hub charges nobody, and what waited is delivered when it is back', async t => {
	const {hubHome, hub, port, edge} = await startPair(t);
	await hub.end('SIGKILL');
	await enqueueText(edge, 'waits', {segment_id: 'w'});
	const down = await untilIs(
		() => statusOf(edge),
		({peers, queue_depth}) => peers[0]?.link === 'down' && queue_depth.scheduled === 1,
	);
	t.regex(down.peers[0]?.last_error ?? '', /ECONNREFUSED/);
	t.is(down.queue_depth.failed, 0);

	const again = await hubHome.start(await hubConfig(port, CLIENT_IDENTITY));

	await untilAcked(edge, 1);
	await untilAcked(again, 1);
	const [record] = await recordsOf(edge, 'w');
	t.is(record?.charged_failures, 0);
	t.deepEqual(
		record?.attempts.map(({outcome}) => outcome),
		['ACKED'],
	);
});

test('a hub that does not know the sender takes nothing, until SIGHUP tells it of him', async t => {
	const {hubHome, hub, port, edge} = await startPair(t, 'edged://somebody-else');
	await enqueueText(edge, 'x');
	const {peers, queue_depth} = await untilIs(
		() => statusOf(edge),
		status => status.peers[0]?.link === 'down' && status.queue_depth.scheduled === 1,
	);
	t.regex(peers[0]?.last_error ?? '', /403|allowed_senders/);
	t.is(queue_depth.deadletter, 0);
	t.is((await statusOf(hub)).queue_depth.total, 0);

	await writeFile(inDirectory(hubHome, 'edge.toml'), await hubConfig(port, CLIENT_IDENTITY));
	hub.signal('SIGHUP');

	await untilAcked(edge, 1);
	t.regex(hub.output(), /"applied":\["ingest\.allowed_senders"\],"needs_restart":\["ingest\.listen"\]/);
});

test('two daemons on one machine talk over a Unix socket', async t => {
	const hubHome = await edgeIn(t);
	const hub = await hubHome.start(edgeConfig(directoryPeer()));
	const edgeHome = await edgeIn(t);
	const edge = await edgeHome.start(edgeConfig(edgedPeer('hub', inDirectory(hubHome, 'ingest.sock'))));
	await enqueueText(edge, 'near', {segment_id: 'n'});
	await untilAcked(edge, 1);
	await untilAcked(hub, 1);
	t.is(await readFile(inDirectory(hubHome, 'outbox', 'n'), 'utf8'), 'near');
});
