import {chmod, chown, mkdir, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {DOOR_LIMITS} from '../../../src/rpc/limits.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	untilSaid,
} from '../../helpers/edge-daemon.js';
import {askSocket, JsonRpcConnection} from '../../helpers/json-rpc.js';
import {runEdgectl} from '../../helpers/process.js';
import {RawLines} from '../../helpers/raw-lines.js';
import {runEdged} from '../../helpers/run-edged.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const withRpc = (lines: string): string => edgeConfig(directoryPeer()).replace('[rpc]', `[rpc]\n${lines}`);
const WITH_STATUS = withRpc('status_socket = "status.sock"\nstatus_socket_mode = "0666"');

test('by the status socket one looks and changes nothing, and edgectl says where that is done', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_STATUS);
	const status = inDirectory(edge, 'status.sock');
	await enqueueText(daemon, 'secret text', {segment_id: 's1'});
	t.is((await stat(status)).mode & 0o777, 0o666);
	t.is((await stat(daemon.socket)).mode & 0o777, 0o660);

	const look = await runEdgectl(['--socket', status, 'relay', 'status']);
	t.deepEqual([look.code, look.stderr], [0, '']);
	t.regex(look.stdout, /^Relay Status/);
	for (const words of [
		['relay', 'pause'],
		['relay', 'deadletter', 'purge', '--all', '--force'],
		['relay', 'config', 'set-bandwidth', '--bytes-per-second', '1'],
	]) {
		const refused = await runEdgectl(['--socket', status, ...words], {
			env: {AUTONOMY_OPERATOR: 'ann', EDGED_BREAK_GLASS: '1'},
		});
		t.is(refused.code, 1);
		t.is(refused.stdout, '');
		t.regex(
			refused.stderr,
			new RegExp(
				`^edgectl: FORBIDDEN: relay\\..* is refused: this socket is for looking only; operators use ${daemon.socket}\\.\n$`,
			),
		);
	}
	await t.throwsAsync(askSocket(status, 'relay.enqueue', {segments: [{payload_text: 'x'}]}), {
		message: /relay\.enqueue is refused/,
	});
	t.like(await askSocket(status, 'relay.inspect', {segment_id: 's1'}), {records: [{segment_id: 's1'}]});
	await t.throwsAsync(askSocket(status, 'relay.inspect', {segment_id: 's1', payload: true}), {
		message: /payload is not given out/,
	});
	await t.throwsAsync(askSocket(status, 'relay.inspect', {segment_id: 's1', head_bytes: 6}), {
		message: /payload is not given out/,
	});
	t.like(await daemon.call('relay.status'), {queue_depth: {total: 1}, bandwidth: {unlimited: true}});
	t.like(await askSocket(status, 'daemon.ping'), {caller: {socket: 'status'}});
	await untilSaid(
		daemon,
		/"event":"auth\.access\.denied","method":"relay\.pause","socket":"status","uid":\d+/,
	);

	await daemon.end('SIGTERM');
	await t.throwsAsync(stat(status), {code: 'ENOENT'});
});

test('those who look need no long lines, and get none', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_STATUS);
	const status = inDirectory(edge, 'status.sock');
	const padding = ' '.repeat(DOOR_LIMITS.status.lineBytes);
	const long = `${JSON.stringify({jsonrpc: '2.0', id: 1, method: 'daemon.ping'})}${padding}`;
	const lines = await RawLines.connect(t, status);
	t.regex((await lines.ask(long)).error?.message ?? '', /longer than 65536 bytes/);
	t.is(await lines.line(), undefined);
	const operators = await RawLines.connect(t, daemon.socket);
	t.is((await operators.ask(long)).id, 1);
	operators.socket.end();
});

test('events come by the status socket too', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_STATUS);
	const connection = await JsonRpcConnection.open(inDirectory(edge, 'status.sock'));
	t.teardown(() => connection.close());
	for (let count = 0; count < DOOR_LIMITS.status.subscriptions; count++) {
		await connection.call('relay.events.subscribe', {});
	}
	await t.throwsAsync(connection.call('relay.events.subscribe', {}), {message: /may have 2 subscriptions/});
	await daemon.end('SIGTERM');
});

test('those who look can fill their own socket, never that of the operators', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_STATUS);
	const status = inDirectory(edge, 'status.sock');
	const {connections} = DOOR_LIMITS.status;
	const readers = [];
	for (let seat = 0; seat < connections; seat++) {
		const reader = await JsonRpcConnection.open(status);
		t.teardown(() => reader.close());
		readers.push(reader);
	}
	await Promise.all(readers.map(reader => reader.call('daemon.ping')));
	const refused = await runEdgectl(['--socket', status, 'ping']);
	t.regex(refused.stderr, /All 32 control connections are taken/);
	t.like(await daemon.call('relay.pause'), {paused: ['outbox']});
	t.like(await daemon.call('relay.resume'), {paused: []});
});

test('a reader who asks again and again for what he may not have fills no log', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_STATUS);
	const reader = await JsonRpcConnection.open(inDirectory(edge, 'status.sock'));
	t.teardown(() => reader.close());
	for (let count = 0; count < 200; count++) {
		await t.throwsAsync(reader.call('relay.drain'), {message: /refused/});
	}
	t.true((daemon.output().match(/auth\.access\.denied"/g) ?? []).length <= 2 * 6);
	await daemon.end('SIGTERM');
	t.regex(daemon.output(), /"unsaid":193/);
});

test('a group that does not exist is refused at the start, and what another listens on', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, withRpc('status_socket = "status.sock"\nstatus_socket_group = "no-such-group"'));
	const unknown = await runEdged(['--config', file]);
	t.is(unknown.code, 78);
	t.regex(unknown.stderr, /There is no group no-such-group/);

	const edge = await edgeIn(t);
	await edge.start(WITH_STATUS);
	const theirs = inDirectory(edge, 'status.sock');
	await writeFile(file, withRpc(`status_socket = "${theirs}"`));
	const taken = await runEdged(['--config', file]);
	t.is(taken.code, 1);
	t.regex(taken.stderr, new RegExp(`Another process already listens on ${theirs}`));
});

test('a status socket that a killed edged has left is replaced', async t => {
	const edge = await edgeIn(t);
	const first = await edge.start(WITH_STATUS);
	await first.end('SIGKILL');
	await edge.start(WITH_STATUS);
	t.like(await askSocket(inDirectory(edge, 'status.sock'), 'daemon.ping'), {state: 'running'});
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('a directory that keeps readers out is told in the log', async t => {
	const edge = await edgeIn(t);
	await mkdir(inDirectory(edge, 'run'), {mode: 0o750});
	const config = withRpc('status_socket = "run/status.sock"\nstatus_socket_group = "65533"');
	const daemon = await edge.start(config);
	await untilSaid(
		daemon,
		new RegExp(`status_socket is out of reach for those it is for: ${inDirectory(edge, 'run')} `),
	);
	await daemon.end('SIGTERM');
	await chown(inDirectory(edge, 'run'), -1, 65_533);
	await chmod(edge.directory, 0o711);
	const again = await edge.start(config);
	t.notRegex(again.output(), /out of reach/);
});

test('a status socket comes and goes with a restart, and a reload says so', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	await writeFile(inDirectory(edge, 'edge.toml'), WITH_STATUS);
	daemon.signal('SIGHUP');
	await untilSaid(daemon, /"needs_restart":\["rpc\.status_socket","rpc\.status_socket_mode"\]/);
	await t.throwsAsync(stat(inDirectory(edge, 'status.sock')), {code: 'ENOENT'});
});
