import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import type {ParsedRequest} from '../../src/storage/request-codec.js';
import {
	type Edge,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilAcked,
	untilIs,
} from '../helpers/edge-daemon.js';
import {type DaemonProcess, EDGECTL} from '../helpers/process.js';
import {answerOf, type ScriptedPeer, startPeer} from '../helpers/scripted-peer.js';

/** The lines of the operators' runbook "Emergency Rollback Procedure", as they stand there. */
const RUNBOOK = {
	suspend: `edgectl relay config set-bandwidth \\
--bytes-per-second 1 \\
--socket /run/edged/rpc.sock`,
	restore: 'edgectl relay config set-bandwidth --bytes-per-second 0 --socket /run/edged/rpc.sock',
	inspect: 'edgectl relay deadletter inspect SEG-ID PEER-ID --socket /run/edged/rpc.sock',
	purge: `edgectl relay deadletter purge \\
--segment-id SEG-ID \\
--peer-id PEER-ID \\
--force \\
--socket /run/edged/rpc.sock`,
	status: 'edgectl relay status --socket /run/edged/rpc.sock',
} as const;

const SEGMENT = 'telemetry-2026.07:poison';
const PEER = 'ground-station_1';
const PAYLOAD_BYTES = 200_000;

test.serial(
	'phase 3a: one byte a second suspends delivery, the relay goes on, and 0 restores it',
	async t => {
		const {daemon, peer, runbook} = await startNode(t);

		const suspended = await runbook('suspend');

		t.is(suspended.code, 0);
		t.regex(suspended.stdout, /^applied=true\nBandwidth\n {2}Rate Limit: +1 bytes\/sec\n/);
		t.regex(suspended.stdout, /^Delivery is suspended/m);
		for (const id of ['a', 'b', 'c']) {
			await enqueueText(daemon, id, {segment_id: id});
		}
		const still = await untilIs(
			() => statusOf(daemon),
			({peers: [lane]}) => lane?.link === 'throttled',
		);
		t.like(still.queue_depth, {scheduled: 3, inflight: 0, failed: 0, acked: 0});
		t.regex((await runbook('status')).stdout, /^ {2}Scheduled: +3$/m);
		t.is(arrivedAt(peer).length, 0);

		const restored = await runbook('restore');

		t.is(restored.code, 0);
		t.regex(restored.stdout, /^applied=true\nBandwidth\n {2}Rate Limit: +unlimited\n/);
		await untilAcked(daemon, 3);
		t.deepEqual(arrivedAt(peer), ['a', 'b', 'c']);
	},
);

test.serial('phase 3b: a buried segment is looked at, and its record purged for good', async t => {
	const {daemon, runbook} = await startNode(t);
	await buryPoison(daemon);

	const seen = await runbook('inspect');

	t.is(seen.code, 0);
	t.regex(
		seen.stdout,
		/^Deadletter Entry\n {2}Segment ID: +telemetry-2026\.07:poison\n {2}Peer ID: +ground-station_1\n {2}State: +deadletter\n {2}Attempt Count: +1\n {2}First Queued: +\S+\n {2}Last Updated: +\S+\n {2}Reason: +REJECTED\n/,
	);
	t.regex(
		seen.stdout,
		/\nAttempt History\n {2}#1 started: \S+ completed: \S+ outcome: REJECTED error: .*unknown schema 7\n$/,
	);

	const before = await statusOf(daemon);
	const purged = await runbook('purge');

	t.is(purged.code, 0);
	t.is(purged.stdout, `purged the record of ${SEGMENT} for ${PEER}\n`);
	const after = await statusOf(daemon);
	t.is(before.queue_depth.deadletter, 1);
	t.is(after.queue_depth.total, 0);
	// "The segment data in local storage is not removed — only the outbound tracking record."
	t.true(after.storage.live_bytes >= PAYLOAD_BYTES);

	const gone = await runbook('inspect');
	t.is(gone.code, 4);
	t.is(gone.stdout, '');
	t.regex(gone.stderr, /telemetry-2026\.07:poison/);
	t.is((await runbook('purge')).code, 4);
});

test.serial(
	'phases 0 and 4: the status shows a blocked relay, and later that its queue is drained',
	async t => {
		const {daemon, edge, runbook} = await startNode(t);
		await buryPoison(daemon);
		await runbook('suspend');
		await enqueueText(daemon, 'waits', {segment_id: 'w'});
		await untilIs(
			() => statusOf(daemon),
			({peers: [lane]}) => lane?.link === 'throttled',
		);

		const blocked = await runbook('status');

		t.is(blocked.code, 0);
		t.regex(blocked.stdout, /^Relay Status\n {2}Enabled: +true\n/);
		t.regex(
			blocked.stdout,
			/^ {2}Scheduled: +1\n {2}Inflight: +0\n {2}Acked: +0\n {2}Failed: +0\n {2}Deadletter: +1\n {2}Total: +2$/m,
		);
		t.regex(blocked.stdout, /^ {2}Rate Limit: +1 bytes\/sec$/m);
		t.regex(blocked.stdout, /^ {2}ground-station_1 +throttled +1 +0 +0 +0 +1 /m);

		await runbook('restore');
		await runbook('purge');
		await untilAcked(daemon, 1);

		const drained = await runbook('status');
		t.regex(
			drained.stdout,
			/^ {2}Scheduled: +0\n {2}Inflight: +0\n {2}Acked: +1\n {2}Failed: +0\n {2}Deadletter: +0\n {2}Total: +1$/m,
		);
		t.regex(drained.stdout, /^ {2}ground-station_1 +up +0 +0 +0 +1 +0 /m);
		t.is((await edgectlIn(edge, `edgectl ping --socket ${daemon.socket}`)).code, 0);
	},
);

type Node = {
	readonly edge: Edge;
	readonly daemon: DaemonProcess;
	readonly peer: ScriptedPeer;
	/** Runs a line of the runbook in a shell, with the ids and the socket of this test. */
	runbook(line: keyof typeof RUNBOOK): Promise<Ended>;
};

const startNode = async (t: ExecutionContext): Promise<Node> => {
	const edge = await edgeIn(t);
	const peer = await startPeer(t, (request, response) => {
		const ids = idsIn(request);
		response.end(
			answerOf(request, {
				accepted: ids.flatMap((id, index) => (id === SEGMENT ? [] : [[index, index]])),
				rejected: ids.flatMap((id, index) =>
					id === SEGMENT ? [{index, code: 'INVALID_ARGUMENT', message: 'unknown schema 7'}] : [],
				),
			}),
		);
	});
	const daemon = await edge.start(edgeConfig(`[[peers]]\nid = "${PEER}"\nurl = "${peer.url}"\n`));
	await mkdir(inDirectory(edge, 'bin'));
	const script = `#!/bin/sh\nexec '${process.execPath}' '${EDGECTL}' "$@"\n`;
	await writeFile(inDirectory(edge, 'bin', 'edgectl'), script, {mode: 0o755});
	const runbook = (line: keyof typeof RUNBOOK): Promise<Ended> =>
		edgectlIn(
			edge,
			RUNBOOK[line]
				.replace('SEG-ID', SEGMENT)
				.replace('PEER-ID', PEER)
				.replace('/run/edged/rpc.sock', daemon.socket),
		);
	return {edge, daemon, peer, runbook};
};

const buryPoison = async (daemon: DaemonProcess): Promise<void> => {
	await enqueueText(daemon, 'x'.repeat(PAYLOAD_BYTES), {segment_id: SEGMENT});
	await untilIs(
		() => statusOf(daemon),
		({queue_depth: {deadletter}}) => deadletter === 1,
	);
};

const arrivedAt = ({requests}: ScriptedPeer): string[] => requests.flatMap(idsIn);

const idsIn = (request: ParsedRequest): string[] =>
	Array.from({length: request.entryCount}, (_, index) => request.metadata(index)?.givenId ?? '');

type Ended = {readonly code: number; readonly stdout: string; readonly stderr: string};
const run = promisify(execFile);

const edgectlIn = async (edge: Edge, line: string): Promise<Ended> => {
	const PATH = [inDirectory(edge, 'bin'), process.env['PATH']].join(path.delimiter);
	try {
		return {code: 0, ...(await run('sh', ['-c', line], {env: {...process.env, PATH}}))};
	} catch (error) {
		return error as Ended;
	}
};
