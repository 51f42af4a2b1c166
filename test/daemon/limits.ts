import {writeFile} from 'node:fs/promises';
import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilAcked,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';
import type {DaemonProcess} from '../helpers/process.js';

type Config = Result<'relay.config.get'>;
const configOf = async (daemon: DaemonProcess): Promise<Config> =>
	(await daemon.call('relay.config.get')) as Config;

const withRate = (rate: number, peerRate = 0): string =>
	edgeConfig(
		`${directoryPeer('outbox', `bytes_per_second = ${peerRate}`)}[relay.bandwidth]\nbytes_per_second = ${rate}`,
	);

test('a rate that was set live is in force at once, outlives a restart, and can be taken back', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withRate(5_000_000));
	t.like(
		await daemon.call('relay.config.set_bandwidth', {bytes_per_second: 1, operator: 'mia', reason: 'flood'}),
		{
			applied: true,
			bandwidth: {bytes_per_second: 1, source: 'override', unlimited: false},
		},
	);
	t.truthy(await untilSaid(daemon, /"operator":"mia".*relay\.bandwidth\.configured/));
	await enqueueText(daemon, 'x');
	t.is((await statusOf(daemon)).peers[0]?.link, 'throttled');
	await daemon.end('SIGTERM');

	const next = await edge.start(withRate(5_000_000));
	t.like((await configOf(next)).bandwidth, {bytes_per_second: 1, source: 'override'});
	t.is((await statusOf(next)).queue_depth.scheduled, 1);
	t.like(await next.call('relay.config.set_bandwidth', {reset: true}), {
		bandwidth: {bytes_per_second: 5_000_000, source: 'file'},
	});
	await untilAcked(next, 1);
});

test('a rate of one peer is shown beside the total', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withRate(0));
	t.deepEqual((await configOf(daemon)).peers, []);
	await daemon.call('relay.config.set_bandwidth', {peer_id: 'outbox', bytes_per_second: 2048});
	const {bandwidth, peers} = await configOf(daemon);
	t.true(bandwidth.unlimited);
	t.like(peers[0], {peer_id: 'outbox', bandwidth: {bytes_per_second: 2048}});
	const error = await t.throwsAsync(
		daemon.call('relay.config.set_bandwidth', {peer_id: 'nobody', bytes_per_second: 1}),
	);
	t.like(error, {data: {code: 'UNKNOWN_PEER'}});
});

test('SIGHUP takes the limits and the log level of the file, and says what needs a restart', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withRate(0));
	const file = inDirectory(edge, 'edge.toml');
	const changed = withRate(4096, 1024).replace('state_dir', 'log_level = "debug"\nstate_dir');
	await writeFile(
		file,
		`${changed}\n[storage]\ndisk_ceiling_bytes = "2 GiB"\nmax_trusted_downtime_days = 7\n`,
	);
	daemon.signal('SIGHUP');

	const output = await untilSaid(daemon, /needs a restart/);

	const line = output.split('\n').find(text => text.includes('config.reloaded')) ?? '{}';
	t.like(JSON.parse(line), {
		applied: [
			'node.log_level',
			'peers.outbox.bytes_per_second',
			'relay.bandwidth.bytes_per_second',
			'storage.disk_ceiling_bytes',
		],
		needs_restart: ['storage.max_trusted_downtime_days'],
	});
	const config = await configOf(daemon);
	t.is(config.bandwidth.bytes_per_second, 4096);
	t.is(config.peers[0]?.bandwidth.bytes_per_second, 1024);
	t.like(config.effective, {
		storage: {disk_ceiling_bytes: 2 ** 31, max_trusted_downtime_days: 30},
		node: {log_level: 'debug'},
	});
	await enqueueText(daemon, 'x');
	t.truthy(await untilSaid(daemon, /"level":"debug".*a lease was settled/));
});

test('SIGHUP with a file that is refused changes nothing', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withRate(4096));
	await writeFile(inDirectory(edge, 'edge.toml'), 'not TOML');
	daemon.signal('SIGHUP');
	t.truthy(await untilSaid(daemon, /the configuration was refused: edged goes on/));
	t.is((await configOf(daemon)).bandwidth.bytes_per_second, 4096);
	await enqueueText(daemon, 'x');
	await untilAcked(daemon, 1);
});

test('status counts what waits and how long it has waited', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withRate(0));
	await daemon.call('relay.pause');
	await enqueueText(daemon, 'x'.repeat(1000));
	const [peer] = (
		await untilIs(
			() => statusOf(daemon),
			({queue_depth}) => queue_depth.scheduled === 1,
		)
	).peers;
	t.regex(peer?.oldest_scheduled_at ?? '', /^\d{4}-.*Z$/);
	t.is(peer?.last_ack_at, null);
	t.is(peer?.eta_seconds, null);
});
