import {once} from 'node:events';
import {chmod, chown, mkdir, rm, writeFile} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import path from 'node:path';
import test from 'ava';
import {directoryPeer, edgeConfig, edgeIn, enqueueText, untilSaid} from '../helpers/edge-daemon.js';
import {runEdged} from '../helpers/run-edged.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('a start says what is listening, who the peers are and what to type next', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(`${directoryPeer()}[admin]\nlisten = "127.0.0.1:0"`));
	const output = await untilSaid(daemon, /edged is running/);
	const lines = output
		.trim()
		.split('\n')
		.map(line => JSON.parse(line) as Record<string, string>);
	const said = lines.find(({msg}) => msg === 'edged is running');
	t.is(said?.['rpc'], daemon.socket);
	t.is(said?.['ingest'], path.join(edge.directory, 'ingest.sock'));
	t.regex(said?.['admin'] ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
	t.is(
		said?.['next'],
		`edgectl --socket ${daemon.socket} relay enqueue README.md; edgectl --socket ${daemon.socket} relay status`,
	);
	t.like(
		lines.find(({msg}) => msg === 'peer'),
		{peer_id: 'outbox', transport: 'directory', destination: path.join(edge.directory, 'outbox')},
	);
});

test('a store that is gone is missed: the start says that it begins with an empty one', async t => {
	const edge = await edgeIn(t);
	const config = edgeConfig(directoryPeer());
	const first = await edge.start(config);
	t.notRegex(first.output(), /no store here/);
	await first.end('SIGTERM');
	await rm(path.join(edge.directory, 'state', 'queue'), {recursive: true});
	const second = await edge.start(config);
	await untilSaid(second, /"level":"error".*there is no store here any more/);
	await second.end('SIGTERM');
	const third = await edge.start(config);
	t.notRegex(third.output(), /no store here/);
});

test('a second daemon on the same state directory is refused and told who has it', async t => {
	const edge = await edgeIn(t);
	const first = await edge.start(edgeConfig(directoryPeer()));
	const file = path.join(edge.directory, 'second.toml');
	const other = edgeConfig(directoryPeer()).replaceAll('.sock"', '-2.sock"');
	await writeFile(file, other);
	const second = await runEdged(['--config', file]);
	t.is(second.code, 1);
	t.regex(second.stderr, new RegExp(`another edged \\(pid ${first.pid}\\) uses the state directory`));
	t.regex(second.stdout, /"level":"fatal".*edged could not start: another edged/);
	t.notRegex(second.stdout, /"stack"/, 'a stack helps no operator');
	t.truthy(await enqueueText(first, 'the first goes on'));
});

test('a second daemon on the same control socket is refused, and the first goes on', async t => {
	const edge = await edgeIn(t);
	const first = await edge.start(edgeConfig(directoryPeer()));
	const file = path.join(edge.directory, 'second.toml');
	const other = edgeConfig(directoryPeer()).replace('"state"', '"state-2"').replace('ingest.sock', 'i2.sock');
	await writeFile(file, other);
	const second = await runEdged(['--config', file]);
	t.is(second.code, 1);
	t.is(
		second.stderr,
		`edged: Could not start rpc socket: Another process already listens on ${path.join(edge.directory, 'rpc.sock')}\n`,
	);
	t.truthy(await enqueueText(first, 'the first goes on'));
});

test('a port that is taken is named with the key that sets it', async t => {
	const taken = createServer();
	taken.listen(0, '127.0.0.1');
	await once(taken, 'listening');
	t.teardown(() => taken.close());
	const {port} = taken.address() as AddressInfo;
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, edgeConfig(`${directoryPeer()}[admin]\nlisten = "127.0.0.1:${port}"`));
	const {code, stderr} = await runEdged(['--config', file]);
	t.is(code, 1);
	t.regex(
		stderr,
		new RegExp(
			`Cannot listen on 127\\.0\\.0\\.1:${port} for health and metrics \\(admin\\.listen\\): .*EADDRINUSE`,
		),
	);
});

test('a state directory that no file system would make is refused, not tried for ever', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, edgeConfig(directoryPeer()).replace('"state"', '"/proc/edged/state"'));
	const {code, stderr} = await runEdged(['--config', file]);
	t.is(code, 1);
	t.regex(stderr, /state directory \/proc\/edged\/state cannot be made \(ENOENT\)/);
});

test('a state directory of another user is refused with its path, its owner and what to do', async t => {
	const directory = await temporaryDirectory(t);
	const queue = path.join(directory, 'state', 'queue');
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, edgeConfig(directoryPeer()));
	await mkdir(queue, {recursive: true});
	// Root may write anything: it starts edged as somebody else, whose directory it is but for the queue.
	const user = process.geteuid?.() === 0 ? {uid: 65_534, gid: 65_534} : {};
	if (user.uid !== undefined) {
		await Promise.all([directory, file, path.dirname(queue)].map(place => chown(place, user.uid, user.gid)));
	}
	await chmod(queue, 0o500);
	const {code, stderr} = await runEdged(['--config', file], undefined, user);
	t.is(code, 78);
	t.regex(
		stderr,
		new RegExp(
			`^edged: ${queue} cannot be written by the user that edged runs as \\(EACCES\\): it belongs to uid \\d+, mode 500\\. Give it to the user of edged: chown -R edged: ${path.dirname(queue)} \\(under systemd StateDirectory=edged`,
		),
	);
});

test('a configuration with mistakes is refused with all of them, and with the code that systemd does not retry', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, '[node]\nid = "no spaces"\n[relay]\nworker_cuont = 3\n');
	for (const words of [[], ['--check']]) {
		const {code, stdout, stderr} = await runEdged(['--config', file, ...words]);
		t.is(code, 78);
		t.is(stdout, '');
		t.regex(stderr, /:2: node\.id = "no spaces"/);
		t.regex(stderr, /:4: relay\.worker_cuont.*worker_count/);
		t.regex(stderr, /peers: is missing/);
	}
});

test('what the configuration names and cannot work ends with the code that systemd does not retry', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(
		file,
		edgeConfig(directoryPeer()).replace('[rpc]', '[rpc]\nsocket_group = "no-such-group"'),
	);
	const {code, stderr} = await runEdged(['--config', file]);
	t.is(code, 78);
	t.regex(stderr, /There is no group no-such-group/);
});

test('a configuration that is not there is refused by name', async t => {
	const {code, stderr} = await runEdged(['--config', '/nowhere/edge.toml']);
	t.is(code, 78);
	t.is(stderr, '/nowhere/edge.toml: the configuration does not exist\n');
});

test('--check prints what holds, starts nothing, and what it prints is a configuration again', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, edgeConfig(directoryPeer()));
	const first = await runEdged(['--config', file, '--check']);
	t.is(first.code, 0);
	t.regex(first.stdout, /worker_count = 4/);
	await writeFile(file, first.stdout);
	const again = await runEdged(['--config', file, '--check']);
	t.deepEqual([again.code, again.stdout], [0, first.stdout]);
});

test('--check says what is configured and has no effect in this version', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, edgeConfig(`${directoryPeer()}[spool]\ndir = "in"`));
	const {code, stderr} = await runEdged(['--config', file, '--check']);
	t.is(code, 0);
	t.regex(stderr, /^edged: spool\.dir is set but in this version/);
});
