import test, {type ExecutionContext} from 'ava';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgeIn,
	inDirectory,
	statusOf,
	untilIs,
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';
import type {DaemonProcess} from '../helpers/process.js';
import {startBlackHole, startSynHole, startTrickle} from '../helpers/troubled-peers.js';

const TROUBLED = ['hole', 'syn', 'drip'];
const HEALTHY = 200;
const BACKLOG = 48;
const BYTES = 64 * 1024;

/** Whoever is stuck stays so for as long as the test looks. */
const configWith = async (t: ExecutionContext, relay = ''): Promise<string> => {
	const ports = [await startBlackHole(t), await startSynHole(t), await startTrickle(t)];
	const peers = TROUBLED.map(
		(id, index) => `
[[peers]]
id = "${id}"
url = "http://127.0.0.1:${ports[index]}"
default = false
`,
	);
	return edgeConfig(
		`[relay]\ndial_timeout_seconds = 600\nack_timeout_seconds = 600\n${relay}\n${directoryPeer('hub')}${peers.join('')}`,
		'drain_timeout_seconds = 0.1',
	);
};

const enqueue = async (edge: Edge, peer: string, byteLength: number): Promise<void> => {
	const socketPath = inDirectory(edge, 'ingest.sock');
	const {status} = await ask({socketPath, headers: {'Edged-Peers': peer}}, Buffer.alloc(byteLength, 'x'));
	if (status !== 201) {
		throw new Error(`Answered ${status}`);
	}
};

const peersOf = async (daemon: DaemonProcess) =>
	new Map((await statusOf(daemon)).peers.map(peer => [peer.peer_id, peer]));

/** All three have sends under way, as many as they can get, and more that waits. */
const untilStuck = async (edge: Edge, daemon: DaemonProcess): Promise<void> => {
	for (const peer of TROUBLED) {
		await Promise.all(Array.from({length: BACKLOG}, () => enqueue(edge, peer, BYTES)));
	}
	let before = '';
	await untilIs(
		() => peersOf(daemon),
		peers => {
			const now = JSON.stringify(TROUBLED.map(id => peers.get(id)?.sending.bytes));
			const isStill = now === before;
			before = now;
			return isStill && TROUBLED.every(id => (peers.get(id)?.sending.bytes ?? 0) >= BYTES);
		},
	);
};

for (const [words, relay] of [
	['', ''],
	[
		', also with a single worker and room for little in flight',
		'worker_count = 1\nmax_inflight_bytes = "256 KiB"',
	],
] as const) {
	test.serial(
		`a healthy lane goes on beside a black hole, a SYN black hole and a trickle${words}`,
		async t => {
			const edge = await edgeIn(t);
			const daemon = await edge.start(await configWith(t, relay));
			await untilStuck(edge, daemon);
			for (let sent = 0; sent < HEALTHY; sent++) {
				await enqueue(edge, 'hub', 1024);
			}
			await untilIs(
				() => peersOf(daemon),
				peers => peers.get('hub')?.queue_depth.acked === HEALTHY,
			);
			const peers = await peersOf(daemon);
			for (const id of TROUBLED) {
				const {acked, scheduled, inflight, failed} = peers.get(id)?.queue_depth ?? {};
				t.deepEqual({id, acked, failed}, {id, acked: 0, failed: 0});
				t.true((inflight ?? 0) > 0, `${id} is stuck still`);
				t.is((inflight ?? 0) + (scheduled ?? 0), BACKLOG);
			}
			t.like(peers.get('hub'), {link: 'up', consecutive_failures: 0});
		},
	);
}

test.serial('a total rate is not held by lanes that are stuck', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(await configWith(t));
	await untilStuck(edge, daemon);
	// They were stuck already: what is still to leave for them waits for their sockets, not for the rate.
	await daemon.call('relay.config.set_bandwidth', {bytes_per_second: 1_000_000});
	for (let sent = 0; sent < 20; sent++) {
		await enqueue(edge, 'hub', 10_000);
	}
	await untilIs(
		() => peersOf(daemon),
		peers => peers.get('hub')?.queue_depth.acked === 20,
	);
	t.is((await peersOf(daemon)).get('hole')?.queue_depth.acked, 0);
});
