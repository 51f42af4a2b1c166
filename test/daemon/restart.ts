import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
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
import type {DaemonProcess, Exit} from '../helpers/process.js';
import {startStalledPeer} from '../helpers/stalled-peer.js';

/** The peer `hub` as one that takes a request and never answers. */
const STALLED = edgeConfig(edgedPeer('hub', 'hub.sock'), 'drain_timeout_seconds = 0.2');
/** The same peer as one that answers. */
const WELL = edgeConfig(directoryPeer('hub'));

/** A daemon with the segment `s` in a request that its peer does not answer. */
const withInflight = async (t: ExecutionContext): Promise<{edge: Edge; daemon: DaemonProcess}> => {
	const edge = await edgeIn(t);
	const peer = await startStalledPeer(t, inDirectory(edge, 'hub.sock'));
	const daemon = await edge.start(STALLED);
	await enqueueText(daemon, 'payload', {segment_id: 's'});
	await peer.asked;
	t.is((await statusOf(daemon)).queue_depth.inflight, 1);
	return {edge, daemon};
};

test('SIGTERM gives back what is inflight when the drain time is over: nothing is abandoned', async t => {
	const {edge, daemon} = await withInflight(t);
	t.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
	const next = await edge.start(WELL);
	const status = await untilAcked(next, 1);
	t.is(status.queue_depth.abandoned, 0);
	const [record] = await recordsOf(next, 's');
	t.deepEqual(
		record?.attempts.map(({outcome}) => outcome),
		['ACKED'],
	);
});

test('after SIGKILL what was inflight is shown as abandoned, and then delivered', async t => {
	const {edge, daemon} = await withInflight(t);
	t.deepEqual(await daemon.end('SIGKILL'), {code: null, signal: 'SIGKILL'});
	t.true(existsSync(inDirectory(edge, 'rpc.sock')), 'no stale socket to start over');
	t.true(existsSync(inDirectory(edge, 'ingest.sock')));

	const next = await edge.start(WELL);

	const status = await untilAcked(next, 1);
	t.is(status.queue_depth.abandoned, 1);
	const [record] = await recordsOf(next, 's');
	t.deepEqual(
		record?.attempts.map(({number, outcome}) => [number, outcome]),
		[
			[1, 'ABANDONED'],
			[2, 'ACKED'],
		],
	);
	t.is(record?.charged_failures, 0);
	t.is(await readFile(inDirectory(edge, 'hub', 's'), 'utf8'), 'payload');
	t.truthy(await untilSaid(next, /"abandoned":1/));
});

test('a second SIGTERM ends at once, by the signal itself', async t => {
	const edge = await edgeIn(t);
	const peer = await startStalledPeer(t, inDirectory(edge, 'hub.sock'));
	const daemon = await edge.start(edgeConfig(edgedPeer('hub', 'hub.sock'), 'drain_timeout_seconds = 600'));
	await enqueueText(daemon, 'payload');
	await peer.asked;
	daemon.signal('SIGTERM');
	await untilIs(
		async () => (await daemon.call('daemon.ping')) as {state: string},
		({state}) => state === 'draining',
	);
	const refused = await t.throwsAsync(enqueueText(daemon, 'late'));
	t.like(refused, {data: {code: 'SHUTTING_DOWN'}});
	let exit: Exit | undefined;
	void daemon.exited.then(ended => {
		exit = ended;
	});
	// One that follows at once counts as an echo of the first.
	await untilIs(
		async () => daemon.signal('SIGTERM'),
		() => exit !== undefined,
	);
	t.deepEqual(exit, {code: null, signal: 'SIGTERM'});
});

test('a peer that left the configuration is shown as orphaned: nothing is sent, its records can be buried', async t => {
	const {edge, daemon} = await withInflight(t);
	await daemon.end('SIGTERM');
	const next = await edge.start(edgeConfig(directoryPeer('other')));
	const status = await statusOf(next);
	t.deepEqual(
		status.peers.map(({peer_id, link, queue_depth}) => [peer_id, link, queue_depth.scheduled]),
		[
			['other', 'unknown', 0],
			['hub', 'orphaned', 1],
		],
	);
	t.truthy(await untilSaid(next, /peer hub has records and is not configured any more/));
	const refused = await t.throwsAsync(enqueueText(next, 'x', {peers: ['hub']}));
	t.like(refused, {data: {code: 'UNKNOWN_PEER'}});
	t.deepEqual(await next.call('relay.deadletter.force', {segment_id: 's', peer_id: 'hub'}), {
		forced: true,
		state: 'deadletter',
	});
});
