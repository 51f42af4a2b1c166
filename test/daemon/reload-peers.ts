import {existsSync} from 'node:fs';
import {copyFile, readFile, writeFile} from 'node:fs/promises';
import test from 'ava';
import {certificates} from '../helpers/certificates.js';
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
import {JsonRpcConnection, JsonRpcFailure} from '../helpers/json-rpc.js';
import {type DaemonProcess, runEdgectl} from '../helpers/process.js';
import {startStalledPeer} from '../helpers/stalled-peer.js';

/** Writes the file, has it read, and waits until the log says what came of it. */
const reloaded = async (
	edge: Edge,
	daemon: DaemonProcess,
	config: string,
	outcome: 'config.reloaded' | 'the configuration was refused',
): Promise<string> => {
	const before = daemon.output().length;
	await writeFile(inDirectory(edge, 'edge.toml'), config);
	daemon.signal('SIGHUP');
	await untilIs(
		async () => daemon.output().slice(before),
		said => said.includes(`"msg":"${outcome}`),
	);
	return daemon.output().slice(before);
};

const linksOf = async (daemon: DaemonProcess): Promise<unknown[]> =>
	(await statusOf(daemon)).peers.map(({peer_id, link, queue_depth: {scheduled, deadletter}}) => [
		peer_id,
		link,
		scheduled,
		deadletter,
	]);

test('a peer is added, changed and removed while edged runs', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer('one')));
	await enqueueText(daemon, '1', {segment_id: 's1'});
	await untilAcked(daemon, 1);

	await reloaded(edge, daemon, edgeConfig(directoryPeer('one') + directoryPeer('two')), 'config.reloaded');
	await enqueueText(daemon, '2', {segment_id: 's2'});
	await untilAcked(daemon, 3);
	t.true(existsSync(inDirectory(edge, 'two', 's2')));

	const moved = edgeConfig(
		directoryPeer('one').replace('path = "one"', 'path = "elsewhere"') + directoryPeer('two'),
	);
	await reloaded(edge, daemon, moved, 'config.reloaded');
	await enqueueText(daemon, '3', {segment_id: 's3'});
	await untilAcked(daemon, 5);
	t.true(existsSync(inDirectory(edge, 'elsewhere', 's3')));
	t.false(existsSync(inDirectory(edge, 'one', 's3')));

	const said = await reloaded(edge, daemon, edgeConfig(directoryPeer('two')), 'config.reloaded');
	t.regex(said, /"applied":\["peers\.one"\]/, 'what has not changed is not told');
	t.deepEqual(await linksOf(daemon), [['two', 'up', 0, 0]]);
	t.like(await t.throwsAsync(enqueueText(daemon, 'x', {peers: ['one']})), {data: {code: 'UNKNOWN_PEER'}});
	await enqueueText(daemon, '4', {segment_id: 's4'});
	await untilAcked(daemon, 6);
	t.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
});

test('what is being sent to a peer that moves goes back without an attempt, and to its new place', async t => {
	const edge = await edgeIn(t);
	const stalled = await startStalledPeer(t, inDirectory(edge, 'hub.sock'));
	const daemon = await edge.start(edgeConfig(edgedPeer('hub', 'hub.sock'), 'drain_timeout_seconds = 0.1'));
	await enqueueText(daemon, 'payload', {segment_id: 's'});
	await stalled.asked;
	await reloaded(
		edge,
		daemon,
		edgeConfig(directoryPeer('hub'), 'drain_timeout_seconds = 0.1'),
		'config.reloaded',
	);
	await untilAcked(daemon, 1);
	const [record] = await recordsOf(daemon, 's');
	t.deepEqual(
		record?.attempts.map(({outcome}) => outcome),
		['ACKED'],
	);
	t.is(await readFile(inDirectory(edge, 'hub', 's'), 'utf8'), 'payload');
});

test('a peer with work cannot be removed by a reload; the commands that the refusal names make it possible', async t => {
	const edge = await edgeIn(t);
	const both = edgeConfig(directoryPeer('outbox') + edgedPeer('hub', 'nobody.sock', 'default = false'));
	const daemon = await edge.start(both);
	await enqueueText(daemon, 'x', {segment_id: 's', peers: ['hub', 'outbox']});
	await untilAcked(daemon, 1);

	const without = edgeConfig(`${directoryPeer('outbox')}[relay.bandwidth]\nbytes_per_second = 1000000`);
	const said = await reloaded(edge, daemon, without, 'the configuration was refused');
	const refusals = said.split('\n').filter(line => line.includes('the configuration was refused'));
	t.is(refusals.length, 1);
	t.regex(
		refusals[0] ?? '',
		/goes on with the one it has: peer hub is not in the file any more and still has 1 record that is not settled/,
	);
	t.is(refusals[0]?.match(/not in the file any more/g)?.length, 1, 'it is said once');
	t.notRegex(said, /"stack"/);
	t.is((await statusOf(daemon)).bandwidth.bytes_per_second, 0, 'half of the file was applied');
	await enqueueText(daemon, 'hub is still taken for', {peers: ['hub']});

	const words = /with \\"edgectl (relay deadletter force --all --peer-id hub)\\"/.exec(said)?.[1] ?? '';
	const forced = await runEdgectl(['--socket', daemon.socket, ...words.split(' ')]);
	t.deepEqual([forced.code, forced.stdout], [0, '2 records for hub are deadletters now (FORCED)\n']);
	await reloaded(edge, daemon, without, 'config.reloaded');
	t.is((await statusOf(daemon)).bandwidth.bytes_per_second, 1_000_000);
	t.deepEqual(await linksOf(daemon), [
		['outbox', 'up', 0, 0],
		['hub', 'orphaned', 0, 2],
	]);

	const purged = await runEdgectl(
		'relay deadletter purge --all --peer-id hub --force'.split(' ').concat('--socket', daemon.socket),
	);
	t.is(purged.code, 0);
	t.deepEqual(await linksOf(daemon), [['outbox', 'up', 0, 0]], 'what has no records is forgotten');
});

test('a cold start keeps the lane of a peer that is gone: listed, buried, never sent, and continued when it returns', async t => {
	const edge = await edgeIn(t);
	const withHub = edgeConfig(edgedPeer('hub', 'nobody.sock'));
	const first = await edge.start(withHub);
	for (const id of ['a', 'b', 'c']) {
		await enqueueText(first, id, {segment_id: id});
	}
	await first.call('relay.deadletter.force', {segment_id: 'c', peer_id: 'hub'});
	await first.end('SIGTERM');

	const orphaning = await edge.start(edgeConfig(directoryPeer('other')));
	t.deepEqual(await linksOf(orphaning), [
		['other', 'unknown', 0, 0],
		['hub', 'orphaned', 2, 1],
	]);
	await enqueueText(orphaning, 'd', {segment_id: 'd'});
	await untilAcked(orphaning, 1);
	t.false(existsSync(inDirectory(edge, 'other', 'a')), "the number of hub was given to 'other'");
	t.like(await orphaning.call('relay.list', {peer_id: 'hub', state: 'scheduled'}), {
		records: [{segment_id: 'a'}, {segment_id: 'b'}],
	});
	t.like(await orphaning.call('relay.deadletter.force', {segment_id: 'b', peer_id: 'hub'}), {forced: true});
	t.like(await orphaning.call('relay.deadletter.purge', {segment_id: 'c', peer_id: 'hub', force: true}), {
		purged: 1,
	});
	const paused = await t.throwsAsync(orphaning.call('relay.pause', {peer_id: 'hub'}));
	t.like(paused, {data: {code: 'UNKNOWN_PEER'}});
	t.regex(paused?.message ?? '', /not configured any more/);
	const shown = await runEdgectl(['--socket', orphaning.socket, 'relay', 'status']);
	t.regex(shown.stdout, /hub: not configured any more.*relay deadletter force --all --peer-id hub/);

	await reloaded(
		edge,
		orphaning,
		edgeConfig(directoryPeer('other') + directoryPeer('hub', 'default = false')),
		'config.reloaded',
	);
	await untilAcked(orphaning, 2);
	t.is(await readFile(inDirectory(edge, 'hub', 'a'), 'utf8'), 'a');
	t.deepEqual(await linksOf(orphaning), [
		['other', 'up', 0, 0],
		['hub', 'up', 0, 1],
	]);
});

test('a file that is broken, or names what is not there, leaves everything as it was', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer('one')));
	for (const broken of [
		'[node',
		edgeConfig(directoryPeer('one').replace('directory', 'telex')),
		edgeConfig(`${directoryPeer('two')}[[peers]]\nid = "hub"\nurl = "https://hub"\nca_file = "none.crt"`),
	]) {
		await reloaded(edge, daemon, broken, 'the configuration was refused');
	}
	await enqueueText(daemon, 'x', {segment_id: 's'});
	await untilAcked(daemon, 1);
	t.deepEqual(await linksOf(daemon), [['one', 'up', 0, 0]]);
	await untilSaid(daemon, /"level":"error".*the configuration was refused: edged goes on/);
});

test('the ceiling follows the file, but not below what is stored', async t => {
	const edge = await edgeIn(t);
	const sized = (mib: number): string =>
		edgeConfig(
			`${edgedPeer('hub', 'nobody.sock')}[storage]\ndisk_ceiling_bytes = "${mib} MiB"\nmax_segment_bytes = "512 KiB"`,
		);
	const daemon = await edge.start(sized(8));
	for (let count = 0; count < 6; count++) {
		await enqueueText(daemon, 'x'.repeat(400_000));
	}
	const said = await reloaded(edge, daemon, sized(1), 'the configuration was refused');
	t.regex(said, /storage\.disk_ceiling_bytes = 1048576 is below the 24\d{5} bytes that are stored/);
	t.is((await statusOf(daemon)).storage.ceiling_bytes, 8 * 2 ** 20);

	await reloaded(edge, daemon, sized(3), 'config.reloaded');
	t.is((await statusOf(daemon)).storage.ceiling_bytes, 3 * 2 ** 20);
	await enqueueText(daemon, 'x'.repeat(400_000));
	const full = await t.throwsAsync(enqueueText(daemon, 'x'.repeat(400_000)));
	t.like(full, {data: {code: 'QUEUE_FULL'}});
});

test('peers come and go under load: nothing that was accepted is lost, and nothing waits for who has gone', async t => {
	const edge = await edgeIn(t);
	// As long as the machine needs: a peer is removed when it has everything.
	const patient = 'drain_timeout_seconds = 100';
	const one = edgeConfig(directoryPeer('one'), patient);
	const both = edgeConfig(directoryPeer('one') + directoryPeer('two'), patient);
	const daemon = await edge.start(both);
	const producer = await JsonRpcConnection.open(daemon.socket);
	t.teardown(() => producer.close());
	const accepted: string[] = [];
	const refusals = new Set<unknown>();
	let producing = true;
	const produce = async (name: string): Promise<void> => {
		for (let count = 0; producing; count++) {
			const id = `${name}-${count}`;
			try {
				await producer.call('relay.enqueue', {segments: [{segment_id: id, payload_text: id}]});
				accepted.push(id);
			} catch (error) {
				if (!(error instanceof JsonRpcFailure)) {
					return; // The daemon has gone.
				}
				refusals.add((error.data as {code: string}).code);
			}
		}
	};
	const producers = ['a', 'b', 'c', 'd'].map(produce);
	for (let round = 0; round < 6; round++) {
		await reloaded(edge, daemon, one, 'config.reloaded');
		const {peers} = await statusOf(daemon);
		t.deepEqual(
			peers.map(({peer_id}) => peer_id),
			['one'],
			'something waits for a peer that was removed',
		);
		await reloaded(edge, daemon, both, 'config.reloaded');
	}
	producing = false;
	await Promise.all(producers);
	await untilIs(
		() => statusOf(daemon),
		({queue_depth: {scheduled, inflight, failed}}) => scheduled + inflight + failed === 0,
	);
	t.true(accepted.length > 20, `only ${accepted.length} were accepted`);
	t.deepEqual(
		accepted.filter(id => !existsSync(inDirectory(edge, 'one', id))),
		[],
	);
	t.is((await statusOf(daemon)).queue_depth.deadletter, 0);
	t.deepEqual(
		[...refusals].filter(code => code !== 'DRAINING' && code !== 'BUSY'),
		[],
	);
});

test('a reload is refused while a certificate file of a peer cannot be used, and changes nothing', async t => {
	const edge = await edgeIn(t);
	const {authority, client} = await certificates();
	const caFile = inDirectory(edge, 'ca.pem');
	await copyFile(authority.caFile, caFile);
	const tls = `ca_file = "${caFile}"\ncert_file = "${client.certFile}"\nkey_file = "${client.keyFile}"\n`;
	const peer = `[[peers]]\nid = "hub"\nurl = "https://127.0.0.1:1"\n${tls}`;
	const daemon = await edge.start(edgeConfig(peer));
	const limited = edgeConfig(`${peer}${directoryPeer('two')}[relay.bandwidth]\nbytes_per_second = 1000000`);
	await writeFile(caFile, 'half a cert');
	const said = await reloaded(edge, daemon, limited, 'the configuration was refused');
	t.regex(
		said,
		new RegExp(`the one it has: peer hub: ca_file ${caFile} cannot be used: there is no certificate`),
	);
	const {bandwidth, peers} = await statusOf(daemon);
	t.deepEqual([bandwidth.bytes_per_second, peers.map(({peer_id: id}) => id)], [0, ['hub']]);
	await copyFile(authority.caFile, caFile);
	const applied = await reloaded(edge, daemon, limited, 'config.reloaded');
	t.regex(applied, /"applied":\["peers\.two","relay\.bandwidth\.bytes_per_second"\]/);
});
