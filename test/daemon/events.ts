import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import test from 'ava';
import type {WireEvent} from '../../src/rpc/contract/events.js';
import {DOOR_LIMITS} from '../../src/rpc/limits.js';
import {
	directoryPeer,
	edgeConfig,
	edgedPeer,
	edgeIn,
	enqueueText,
	inDirectory,
	untilAcked,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {JsonRpcConnection} from '../helpers/json-rpc.js';
import {type DaemonProcess, EDGECTL} from '../helpers/process.js';
import {RawLines, request} from '../helpers/raw-lines.js';
import type {Teardown} from '../helpers/temp-dir.js';

/** `edgectl relay events` as a process: what it has printed so far, and its end. */
const watching = async (t: Teardown, daemon: DaemonProcess, ...words: string[]) => {
	const child = spawn(process.execPath, [EDGECTL, '--socket', daemon.socket, 'relay', 'events', ...words]);
	const ended = once(child, 'close').then(([code, signal]) => ({code, signal}) as const);
	t.teardown(async () => {
		child.kill('SIGKILL');
		await ended;
	});
	const lines: string[] = [];
	let errors = '';
	createInterface(child.stdout).on('line', line => lines.push(line));
	child.stderr.on('data', (text: Buffer) => {
		errors += String(text);
	});
	const {open = 0} = await subscriptions(daemon);
	await untilIs(
		() => subscriptions(daemon),
		now => now.open > open,
	);
	return {
		child,
		ended,
		lines,
		errors: () => errors,
		events: () => lines.map(line => JSON.parse(line) as WireEvent),
	};
};

/** From the metrics, which no subscription disturbs. */
const subscriptions = async (daemon: DaemonProcess): Promise<{open: number; lost: number}> => {
	const said = await untilSaid(daemon, /"admin":"http:[^"]*"/);
	const [, admin = ''] = /"admin":"(http:[^"]*)"/.exec(said) ?? [];
	const text = await (await fetch(`${admin}/metrics`)).text();
	const figure = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
	return {open: figure('edged_event_subscriptions'), lost: figure('edged_events_lost_total')};
};

const ADMIN = '[admin]\nlisten = "127.0.0.1:0"\n';

const movesIn = (events: readonly WireEvent[]): Map<string, number> => {
	const sums = new Map<string, number>();
	for (const event of events) {
		if (event.kind === 'records') {
			const name = `${event.peer_id}: ${event.from ?? 'new'} -> ${event.to ?? 'gone'}`;
			sums.set(name, (sums.get(name) ?? 0) + event.count);
		}
	}
	return sums;
};

test('edgectl relay events shows what happens to records, links, peers and the configuration', async t => {
	const edge = await edgeIn(t);
	const config = edgeConfig(
		`${directoryPeer('outbox')}${edgedPeer('hub', 'nobody.sock', 'default = false')}${ADMIN}`,
	);
	const daemon = await edge.start(config);
	const watcher = await watching(t, daemon, '--output', 'json');

	await enqueueText(daemon, 'x', {segment_id: 's1'});
	await untilAcked(daemon, 1);
	await enqueueText(daemon, 'y', {segment_id: 's2', peers: ['hub']});
	await untilIs(
		async () => watcher.events(),
		events => events.some(event => event.kind === 'link' && event.to === 'down'),
	);
	await daemon.call('relay.deadletter.force', {segment_id: 's2', peer_id: 'hub', operator: 'mia'});
	writeFileSync(inDirectory(edge, 'edge.toml'), config.replace('[node]', '[node]\nlog_level = "debug"'));
	daemon.signal('SIGHUP');
	await untilIs(
		async () => watcher.events(),
		events => events.some(event => event.kind === 'change' && event.event === 'config.reloaded'),
	);
	await untilIs(
		async () => movesIn(watcher.events()),
		// It may have been on its way to a peer that is not there.
		moves => moves.has('hub: scheduled -> deadletter') || moves.has('hub: inflight -> deadletter'),
	);

	const events = watcher.events();
	const moves = movesIn(events);
	t.is(moves.get('outbox: new -> scheduled'), 1);
	t.is(moves.get('outbox: scheduled -> inflight'), 1);
	t.is(moves.get('outbox: inflight -> acked'), 1);
	t.deepEqual(
		events.flatMap(event =>
			event.kind === 'records' && event.peer_id === 'outbox' ? event.segment_ids : [],
		),
		['s1', 's1', 's1'],
	);
	t.like(
		events.find(event => event.kind === 'records' && event.to === 'deadletter'),
		{peer_id: 'hub', reason: 'FORCED', count: 1},
	);
	t.like(
		events.find(event => event.kind === 'link' && event.peer_id === 'hub' && event.to === 'down'),
		{from: 'unknown'},
	);
	t.truthy(events.find(event => event.kind === 'deadletter' && event.peer_id === 'hub'));
	t.like(
		events.find(event => event.kind === 'change' && event.event === 'relay.deadletter.forced'),
		{peer_id: 'hub', operator: 'mia', facts: {segment_id: 's2', peer_id: 'hub'}},
	);
	t.like(
		events.find(event => event.kind === 'change' && event.event === 'config.reloaded'),
		{facts: {applied: ['node.log_level'], needs_restart: []}},
	);
	t.deepEqual(
		events.map(({seq}) => seq),
		events.map((_, index) => index + 1),
	);

	watcher.child.kill('SIGINT');
	t.deepEqual(await watcher.ended, {code: 0, signal: null});
	t.is(watcher.errors(), '');
	await untilIs(
		() => subscriptions(daemon),
		({open}) => open === 0,
	);
});

test('a watcher ends with its own exit code when the daemon goes', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(`${directoryPeer('outbox')}${ADMIN}`));
	const watcher = await watching(t, daemon, '--kind', 'change', '--peer-id', 'outbox');
	await daemon.call('relay.pause', {peer_id: 'outbox', operator: 'mia', reason: 'a test'});
	await untilIs(
		async () => watcher.lines,
		lines => lines.length > 0,
	);
	t.regex(watcher.lines[0] ?? '', /^\S+Z {2}change {6}outbox {2}relay\.paused by mia because a test /);
	await daemon.end('SIGTERM');
	t.deepEqual(await watcher.ended, {code: 3, signal: null});
	t.regex(watcher.errors(), /^edgectl: edged closed the connection/);
});

const residentMiB = (pid: number): number =>
	Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Changes that say more than a kilobyte each. */
const load = async (control: JsonRpcConnection, rounds: number): Promise<void> => {
	for (let round = 0; round < rounds; round++) {
		await control.call(round % 2 === 0 ? 'relay.pause' : 'relay.resume', {reason: 'x'.repeat(1000)});
	}
};

/** As many subscriptions as eight connections may have, of clients that never read. */
const deafCrowd = async (t: Teardown, daemon: DaemonProcess): Promise<void> => {
	for (let client = 0; client < 8; client++) {
		const lines = await RawLines.connect(t, daemon.socket);
		for (let count = 0; count < DOOR_LIMITS.rpc.subscriptions; count++) {
			await lines.ask(request(count, 'relay.events.subscribe', {}));
		}
		lines.socket.pause();
	}
};

test('subscribers that do not read cost a bounded memory, and are told what they have missed', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(`${directoryPeer('outbox')}${ADMIN}`));
	const control = await JsonRpcConnection.open(daemon.socket);
	t.teardown(() => control.close());
	await load(control, 200);
	const watcher = await watching(t, daemon, '--output', 'json');
	await load(control, 2);
	await untilIs(
		async () => watcher.events().length,
		count => count > 0,
	);
	watcher.child.kill('SIGSTOP');
	await deafCrowd(t, daemon);
	const before = residentMiB(daemon.pid);
	await load(control, 1400);
	const grownMiB = residentMiB(daemon.pid) - before;
	t.true(grownMiB < 120, `${grownMiB} MiB more, where keeping everything would take 220`);
	const {lost} = await subscriptions(daemon);
	t.true(lost > 100_000, `only ${lost} events were lost`);

	watcher.child.kill('SIGCONT');
	await untilIs(
		async () => watcher.events(),
		seen => seen.some(({kind}) => kind === 'gap'),
	);
	await control.call('relay.pause', {reason: 'the last'});
	const seen = await untilIs(
		async () => watcher.events(),
		all => all.some(event => event.kind === 'change' && event.reason === 'the last'),
	);
	let seq = 0;
	for (const event of seen) {
		t.is(event.seq, seq + (event.kind === 'gap' ? event.lost : 1));
		seq = event.seq;
	}
});
