import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgedPeer,
	edgeIn,
	inDirectory,
	statusOf,
	untilAcked,
	untilIs,
} from '../helpers/edge-daemon.js';
import {type DaemonProcess, runEdgectl} from '../helpers/process.js';
import {startStalledPeer} from '../helpers/stalled-peer.js';

const STALLED = edgeConfig(edgedPeer('hub', 'hub.sock'), 'drain_timeout_seconds = 0.2');
const WELL = edgeConfig(directoryPeer('hub'));

/** Runs edgectl as an operator would, and expects that it succeeds. */
const edgectl = async (t: ExecutionContext, daemon: DaemonProcess, words: string): Promise<string> => {
	const {code, stdout, stderr} = await runEdgectl([...words.split(' '), '--socket', daemon.socket]);
	t.deepEqual({words, code, stderr}, {words, code: 0, stderr: ''});
	return stdout;
};

/** Three segments are in a request that is not answered, the lane is paused, and then the daemon ends; a new one has a peer that answers. */
const endWithInflight = async (
	t: ExecutionContext,
	end: 'SIGTERM' | 'SIGKILL',
): Promise<{edge: Edge; next: DaemonProcess}> => {
	const edge = await edgeIn(t);
	const peer = await startStalledPeer(t, inDirectory(edge, 'hub.sock'));
	const daemon = await edge.start(STALLED);
	const segments = ['s1', 's2', 's3'].map(segment_id => ({segment_id, payload_text: `of ${segment_id}`}));
	await daemon.call('relay.enqueue', {segments});
	await peer.asked;
	await untilIs(
		() => statusOf(daemon),
		({queue_depth}) => queue_depth.inflight === 3,
	);
	t.regex(await edgectl(t, daemon, 'relay pause hub'), /hub/);
	await daemon.end(end);
	return {edge, next: await edge.start(WELL)};
};

test.serial('after SIGKILL an operator sees what was under way, and then that it was delivered', async t => {
	const {edge, next} = await endWithInflight(t, 'SIGKILL');
	const abandoned = /^ {2}Abandoned: +3 \(put back by the last restart\)$/m;

	t.regex(await edgectl(t, next, 'relay status'), abandoned);
	const list = await edgectl(t, next, 'relay list --state abandoned');
	t.regex(list, /^SEGMENT-ID +PEER-ID +STATE +.*\ns1 +hub +scheduled .*\ns2 +hub .*\ns3 +hub .*\n3 records/);
	const waiting = await edgectl(t, next, 'relay inspect s2');
	t.regex(waiting, /^ {2}State: +scheduled\n {2}Attempt Count: +1$/m);
	t.regex(waiting, /^ {2}Charged: +0 failures of the retry budget\n {2}Abandons: +1$/m);
	t.regex(waiting, /^Attempt History\n {2}#1 started: \S+ completed: \S+ outcome: ABANDONED.*$/m);

	await edgectl(t, next, 'relay resume hub');
	await untilAcked(next, 3);

	t.regex(await edgectl(t, next, 'relay status'), abandoned, 'the count stays until the next restart');
	t.regex(await edgectl(t, next, 'relay list --state abandoned'), /^0 records/);
	const delivered = await edgectl(t, next, 'relay inspect s2 hub');
	t.regex(delivered, /^ {2}State: +acked$/m);
	t.regex(delivered, / #1 .* outcome: ABANDONED.*\n {2}#2 .* outcome: ACKED$/m);
	t.is(await readFile(inDirectory(edge, 'hub', 's2'), 'utf8'), 'of s2');
});

test.serial(
	'after SIGTERM an operator sees nothing abandoned, and no attempt that was not finished',
	async t => {
		const {next} = await endWithInflight(t, 'SIGTERM');

		t.regex(await edgectl(t, next, 'relay status'), /^ {2}Abandoned: +0$/m);
		t.regex(await edgectl(t, next, 'relay list --state abandoned'), /^0 records/);
		t.regex(await edgectl(t, next, 'relay inspect s2'), /^Attempt History\n {2}\(none\)$/m);

		await edgectl(t, next, 'relay resume hub');
		await untilAcked(next, 3);
		t.regex(await edgectl(t, next, 'relay inspect s2'), /^Attempt History\n {2}#1 .* outcome: ACKED$/m);
	},
);
