import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import type {Result} from '../../src/rpc/contract/methods.js';
import {certificates} from '../helpers/certificates.js';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	recordsOf,
	untilAcked,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';
import {type DaemonProcess, EDGED, type Finished, runEdgectl} from '../helpers/process.js';
import type {Teardown} from '../helpers/temp-dir.js';

/** What one node has to show: both programs, all doors, LMDB, mutual TLS, a reload and a restart. Throws at the first thing that is wrong. */
export const smoke = async (t: Teardown, node: string, done: (step: string) => void): Promise<void> => {
	const version = execFileSync(node, ['--version'], {encoding: 'utf8'}).trim();
	done(`node ${version}`);
	const hubHome = await edgeIn(t, node);
	const hub = await hubHome.start(await hubConfig());
	const home = await edgeIn(t, node);
	const config = await edgeTo(hub);
	const edge = await home.start(config);
	done('two daemons start');

	const payloads = await handOver(home, edge, node);
	done('segments are taken by edgectl, HTTP and JSON-RPC');
	await untilAcked(edge, 2 * payloads.size);
	await untilAcked(hub, payloads.size); // It answers once it has them; its own delivery comes after.
	for (const [id, payload] of payloads) {
		assert.deepEqual(await readFile(inDirectory(home, 'outbox', id)), payload);
		assert.deepEqual(await readFile(inDirectory(hubHome, 'outbox', id)), payload);
	}
	done('they are delivered to a directory, and over mutual TLS to another edged');

	await look(edge, node);
	done('edgectl looks at them');
	const {caller} = (await edge.call('daemon.ping')) as Result<'daemon.ping'>;
	assert.deepEqual(caller.credentials, {
		uid: process.getuid?.(),
		gid: process.getgid?.(),
		pid: process.pid,
	});
	done('the kernel tells it who calls');
	await writeFile(inDirectory(home, 'edge.toml'), config.replace('[node]', '[node]\nlog_level = "debug"'));
	edge.signal('SIGHUP');
	await untilSaid(edge, /"msg":"config\.reloaded"/);
	done('SIGHUP reloads');

	assert.deepEqual(await edge.end('SIGTERM'), {code: 0, signal: null});
	assert.doesNotMatch(edge.output(), /Warning|"level":"(?:error|fatal)"/);
	const again = await home.start(config);
	const [record] = await recordsOf(again, 'by-http');
	assert.equal(record?.state, 'acked');
	await enqueueText(again, 'after the restart');
	await untilAcked(again, 2 * (payloads.size + 1));
	done('SIGTERM ends it with 0, and the next start goes on');
	for (const daemon of [again, hub]) {
		assert.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
		assert.doesNotMatch(daemon.output(), /Warning|"level":"(?:error|fatal)"/);
	}
	for (const {directory} of [home, hubHome]) {
		execFileSync(node, [EDGED, 'fsck', '--config', 'edge.toml'], {cwd: directory}); // Throws unless it ends with 0.
	}
	done('edged fsck finds both stores well');
};

const hubConfig = async (): Promise<string> => {
	const {authority, server} = await certificates();
	return edgeConfig(`[ingest]
socket = "ingest.sock"
listen = "127.0.0.1:0"
cert_file = "${server.certFile}"
key_file = "${server.keyFile}"
client_ca_file = "${authority.caFile}"
${directoryPeer()}`);
};

const edgeTo = async (hub: DaemonProcess): Promise<string> => {
	const {authority, client} = await certificates();
	const [, port] = /"tls":"127\.0\.0\.1:(\d+)"/.exec(await untilSaid(hub, /edged is running/)) ?? [];
	return edgeConfig(`${directoryPeer()}
[[peers]]
id = "hub"
url = "https://localhost:${port}"
ca_file = "${authority.caFile}"
cert_file = "${client.certFile}"
key_file = "${client.keyFile}"
`);
};

/** By every door; the payloads by their ids. */
const handOver = async (
	home: Edge,
	edge: DaemonProcess,
	node: string,
): Promise<ReadonlyMap<string, Buffer>> => {
	const payloads = new Map([
		['by-file', randomBytes(300_000)],
		['by-http', randomBytes(70_000)],
		['by-rpc', Buffer.from('zażółć')],
	]);
	const file = inDirectory(home, 'by-file');
	await writeFile(file, payloads.get('by-file') as Buffer);
	const enqueued = await edgectl(edge, node, 'relay', 'enqueue', file, '--id-from-name');
	assert.match(enqueued.stdout, /by-file/);
	const headers = {'Edged-Segment-Id': 'by-http', 'Content-Type': 'application/octet-stream'};
	const posted = await ask(
		{socketPath: inDirectory(home, 'ingest.sock'), headers},
		payloads.get('by-http') as Buffer,
	);
	assert.equal(posted.status, 201);
	await enqueueText(edge, 'zażółć', {segment_id: 'by-rpc'});
	return payloads;
};

const look = async (edge: DaemonProcess, node: string): Promise<void> => {
	const ping = await edgectl(edge, node, 'ping', '--wait', '10s');
	assert.match(ping.stdout, /is running/);
	const status = await edgectl(edge, node, 'relay', 'status');
	assert.match(status.stdout, /outbox +up/);
	const list = await edgectl(edge, node, '--output', 'json', 'relay', 'list', '--peer-id', 'hub');
	const {records} = JSON.parse(list.stdout) as Result<'relay.list'>;
	assert.deepEqual(records.map(({segment_id}) => segment_id).sort(), ['by-file', 'by-http', 'by-rpc']);
	const inspected = await edgectl(edge, node, 'relay', 'inspect', 'by-rpc', 'hub');
	assert.match(inspected.stdout, /acked/i);
	const missing = await runEdgectl(['--socket', edge.socket, 'relay', 'inspect', 'nobody'], {node});
	assert.equal(missing.code, 4);
};

const edgectl = async (edge: DaemonProcess, node: string, ...words: string[]): Promise<Finished> => {
	const finished = await runEdgectl(['--socket', edge.socket, ...words], {node});
	assert.deepEqual([finished.code, finished.stderr], [0, ''], `edgectl ${words.join(' ')}`);
	return finished;
};
