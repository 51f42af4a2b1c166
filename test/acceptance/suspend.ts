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
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';
import {type DaemonProcess, type Finished, runEdgectl} from '../helpers/process.js';
import {startStalledPeer} from '../helpers/stalled-peer.js';

const edgectl = (daemon: DaemonProcess, words: string): Promise<Finished> =>
	runEdgectl([...words.split(' '), '--socket', daemon.socket]);

const inflight = (daemon: DaemonProcess, count: (records: number) => boolean) =>
	untilIs(
		() => statusOf(daemon),
		({queue_depth}) => count(queue_depth.inflight),
	);

/** Nothing was attempted in vain, and nothing was put back by a restart. */
const isUntouched = async (t: ExecutionContext, daemon: DaemonProcess, segment: string): Promise<void> => {
	for (const record of await recordsOf(daemon, segment)) {
		t.like(record, {charged_failures: 0, abandons: 0});
		t.deepEqual(
			record.attempts.filter(({outcome}) => outcome !== 'ACKED'),
			[],
		);
	}
};

test.serial(
	'a clean suspend: leases finish, nothing is charged, and a SIGKILL after it abandons nothing',
	async t => {
		const edge = await edgeIn(t);
		// A lease holds two seconds of the rate: the pause comes while one of several is on its way.
		const config = edgeConfig(directoryPeer('hub', 'bytes_per_second = 20000'));
		const daemon = await edge.start(config);
		const ids = [];
		for (let index = 0; index < 12; index++) {
			ids.push(await enqueueText(daemon, 'x'.repeat(10_000)));
		}
		await inflight(daemon, records => records > 0);

		const suspended = await edgectl(daemon, 'relay pause --wait --timeout 60s');
		t.deepEqual([suspended.code, suspended.stderr], [0, '']);
		t.regex(suspended.stdout, /^all peers: paused, nothing is being sent\n {2}inflight: 0, waiting: \d+\n/);
		const {queue_depth: before, peers} = await statusOf(daemon);
		t.is(before.inflight, 0);
		t.true(before.acked > 0, 'what was being sent was finished');
		t.true(before.scheduled > 0);
		t.like(peers[0], {link: 'paused', sending: {bytes: 0, sent_bytes: 0}});
		await daemon.end('SIGKILL');

		const next = await edge.start(config);
		t.like((await statusOf(next)).queue_depth, {...before, abandoned: 0});
		t.is((await edgectl(next, 'relay config set-bandwidth --peer-id hub --bytes-per-second 0')).code, 0);
		t.is((await edgectl(next, 'relay resume')).code, 0);
		await untilAcked(next, 12);
		for (const id of ids) {
			await isUntouched(t, next, id);
		}
	},
);

/** One segment has left for a peer that will not answer. */
const stalled = async (t: ExecutionContext): Promise<{edge: Edge; daemon: DaemonProcess; id: string}> => {
	const edge = await edgeIn(t);
	const peer = await startStalledPeer(t, inDirectory(edge, 'hub.sock'));
	const daemon = await edge.start(edgeConfig(edgedPeer('hub', 'hub.sock')));
	const id = await enqueueText(daemon, 'x');
	await peer.asked;
	await inflight(daemon, records => records === 1);
	return {edge, daemon, id};
};

test.serial(
	'pause --now ends what is being sent, without an attempt, and leaves nothing to abandon',
	async t => {
		const {edge, daemon, id} = await stalled(t);

		const waited = await edgectl(daemon, 'relay pause hub --wait --timeout 0.5s');
		t.is(waited.code, 1);
		t.regex(waited.stderr, /1 record left.*hub is paused, and 1 record is still being sent/);
		t.is((await statusOf(daemon)).queue_depth.inflight, 1, 'giving up the wait ends nothing');

		const ended = await edgectl(daemon, 'relay pause hub --now');
		t.deepEqual([ended.code, ended.stderr], [0, '']);
		t.regex(ended.stdout, /^hub: paused, nothing is being sent\n {2}inflight: 0, waiting: 1\n/);
		await daemon.end('SIGKILL');

		const next = await edge.start(edgeConfig(directoryPeer('hub')));
		t.like((await statusOf(next)).queue_depth, {scheduled: 1, abandoned: 0});
		await edgectl(next, 'relay resume hub');
		await untilAcked(next, 1);
		await isUntouched(t, next, id);
	},
);

test.serial(
	'a drain of a peer that is down says so and what is left, and goes on over SIGTERM and a pause',
	async t => {
		const edge = await edgeIn(t);
		const config = edgeConfig(edgedPeer('hub', 'nobody.sock') + directoryPeer('stick'));
		const daemon = await edge.start(config);
		await enqueueText(daemon, 'x');
		await untilAcked(daemon, 1);

		const drained = await edgectl(daemon, 'relay drain --wait --timeout 1s');
		t.is(drained.code, 1);
		t.regex(
			drained.stderr,
			/not done after 1s: 1 record left, 1 B; the link to hub is down \(.*ENOENT.*\).*; it goes on/,
		);
		t.like(await daemon.call('daemon.ping'), {state: 'draining'});
		await daemon.call('relay.pause', {peer_id: 'hub'});
		await daemon.end('SIGTERM');

		const next = await edge.start(edgeConfig(directoryPeer('hub') + directoryPeer('stick')));
		t.like(await next.call('daemon.ping'), {state: 'draining'});
		t.like((await statusOf(next)).peers[0], {paused: true, draining: true, link: 'paused'});
		t.regex((await edgectl(next, 'relay drain hub --wait')).stdout, /^hub: drained, nothing is left\n/);
		await untilAcked(next, 2);
		t.regex((await edgectl(next, 'relay resume')).stdout, /^all peers: resumed\n/);
		t.like(await next.call('daemon.ping'), {state: 'running'});
	},
);

test.serial(
	'both doors refuse a route that holds a drained peer, whole, and take one that does not',
	async t => {
		const edge = await edgeIn(t);
		const daemon = await edge.start(edgeConfig(directoryPeer('a') + directoryPeer('b')));
		await daemon.call('relay.drain', {peer_id: 'a'});
		const post = (peers: string) =>
			ask(
				{
					socketPath: inDirectory(edge, 'ingest.sock'),
					path: '/v1/segments',
					method: 'POST',
					headers: {'Edged-Peers': peers},
				},
				'x',
			);
		const refused = await post('a,b');
		t.is(refused.status, 503);
		t.regex(String(refused.body), /DRAINING.*edgectl relay resume a/s);
		t.is((await post('b')).status, 201);
		const mixed = {
			segments: [
				{payload_text: 'y', peers: ['b']},
				{payload_text: 'z', peers: ['b', 'a']},
			],
		};
		t.like(await t.throwsAsync(daemon.call('relay.enqueue', mixed)), {
			data: {code: 'DRAINING', peer_id: 'a'},
		});
		await untilAcked(daemon, 1);
		t.is((await statusOf(daemon)).queue_depth.total, 1, 'all or nothing');
	},
);
